import type { CheckpointChanges } from '../../../src/model/marks.ts';
import type { TrendPoint } from '../../../src/wire/trends.ts';
import type { Formats } from '../../texts/formats.ts';

/** What of an epoch's samples is counted, each against its own answer of the epoch before. */
export const changeKinds = [
  { key: 'improved', sign: '▲', tone: 'good' },
  { key: 'regressed', sign: '▼', tone: 'bad' },
  { key: 'unchanged', sign: '=', tone: 'quiet' },
] as const;

export const changesTitle = 'Improved and regressed';
export const changesNote =
  'samples against the epoch before, by character error rate · above the line improved, below regressed';

/** "▲ 12 improved". */
export function changeText(kind: (typeof changeKinds)[number], changes: CheckpointChanges, formats: Formats): string {
  return `${kind.sign} ${formats.count(changes[kind.key])} ${kind.key}`;
}

/** Of more epochs than this, the newest are drawn: a bar needs some pixels. */
export const mostBars = 200;

/** That not all epochs are drawn, if so. */
export function newestBarsText(epochs: number, formats: Formats): string[] {
  if (epochs <= mostBars) return [];
  return [`showing the newest ${formats.count(mostBars)} of ${formats.count(epochs)} epochs`];
}

/** The last epoch that has a sample to compare; undefined when none has. */
export function lastChanges(changes: readonly CheckpointChanges[]): CheckpointChanges | undefined {
  return changes.findLast((epoch) => epoch.improved + epoch.regressed + epoch.unchanged > 0);
}

/** Why there is nothing to count. */
export function whyNoChanges(points: readonly TrendPoint[]): string {
  const rated = points.some((point) => point.avg_char_error_rate !== null);
  return rated
    ? 'No two epochs to compare: samples are compared from the second one on.'
    : 'No ground truth: the predictions of this job have nothing to be compared with.';
}
