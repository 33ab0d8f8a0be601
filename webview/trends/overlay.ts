import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { plainName } from '../../src/plainText.ts';
import type { TrendPoint } from '../../src/wire/trends.ts';
import type { Choice } from '../controls/choice.ts';

/** Another job, laid over this one. */
export interface Overlay {
  title: string;
  points: readonly TrendPoint[];
}

/** What a line or a bar of a chart stands for. */
export interface LegendEntry {
  text: string;
  /** As `data-look` of the sample (trends.css) and as a stroke of a picture. */
  look: 'solid' | 'dashed';
}

/** What can be laid over, and what of it is: a job that is no longer watched is not. */
export function overlayChoices(
  others: HostMessageOf<'trends'>['others'],
  chosen: string | null,
): { choices: Choice[]; chosen: string } {
  const none = others.length === 0 ? 'nothing (no other job is watched)' : 'nothing';
  return {
    choices: [{ value: '', text: none }, ...others.map(({ key, title }) => ({ value: key, text: plainName(title) }))],
    chosen: others.find(({ key }) => key === chosen)?.key ?? '',
  };
}

/** Which line is whose, and that the other job has none; empty while nothing is laid over. */
export function overlayLegend(
  overlay: Overlay | null,
  value: (point: TrendPoint) => number | null,
): readonly LegendEntry[] {
  if (overlay === null) return [];
  const drawn = overlay.points.some((point) => value(point) !== null);
  return [
    { text: 'This job', look: 'solid' },
    { text: drawn ? plainName(overlay.title) : `${plainName(overlay.title)} (no values)`, look: 'dashed' },
  ];
}

/** A name as there is room for it on a canvas, which wraps nothing. */
export function clipped(name: string): string {
  const characters = [...plainName(name)];
  return characters.length > 40 ? `${characters.slice(0, 39).join('')}…` : characters.join('');
}
