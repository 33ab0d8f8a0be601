import type { Formats } from '../../texts/formats.ts';

/** What the drawing of a chart's lines needs to be read; empty where it shows all values as they are. */
export function lineNotes(smoothing: number, unplaced: number, formats: Formats): string[] {
  return [
    ...(smoothing > 0 ? [`smoothed by ${formats.count(smoothing)}`] : []),
    ...(unplaced > 0
      ? [`${formats.count(unplaced)} ${unplaced === 1 ? 'value is' : 'values are'} 0 or less and not drawn`]
      : []),
  ];
}
