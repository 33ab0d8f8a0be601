import type { CheckpointChanges } from '../../../src/model/marks.ts';
import type { Formats } from '../../texts/formats.ts';
import type { LegendEntry } from '../overlay.ts';

/** What of a checkpoint's samples is counted, each against its own answers of the checkpoint before. */
export const changeKinds = [
  { key: 'improved', sign: '▲', tone: 'good' },
  { key: 'regressed', sign: '▼', tone: 'bad' },
  { key: 'unchanged', sign: '=', tone: 'quiet' },
] as const;

/** What the bars stand for: those of what is the same are hollow. */
export const changesLegend: readonly LegendEntry[] = changeKinds.map(({ key, sign }) => ({
  text: `${sign} ${key}`,
  look: key,
}));

export const changesTitle = 'Improved and regressed';

/** @param words of the deciding score */
export function changesNote(byEpoch: boolean, words: string): string {
  return `samples against the ${unit(byEpoch)} before, by ${words} · above the line improved, below regressed`;
}

/** "▲ 12 improved". */
export function changeText(kind: (typeof changeKinds)[number], changes: CheckpointChanges, formats: Formats): string {
  return `${kind.sign} ${formats.count(changes[kind.key])} ${kind.key}`;
}

/** Of more checkpoints than this, the newest are drawn: a bar needs some pixels. */
export const mostBars = 200;

/** That not all checkpoints are drawn, if so. */
export function newestBarsText(checkpoints: number, byEpoch: boolean, formats: Formats): string[] {
  if (checkpoints <= mostBars) return [];
  return [`showing the newest ${formats.count(mostBars)} of ${formats.count(checkpoints)} ${unit(byEpoch)}s`];
}

/** The last checkpoint that has a sample to compare; undefined when none has. */
export function lastChanges(changes: readonly CheckpointChanges[]): CheckpointChanges | undefined {
  return changes.findLast(({ improved, regressed, unchanged }) => improved + regressed + unchanged > 0);
}

/** Why there is nothing to count. @param isRated some sample has a deciding score */
export function whyNoChanges(isRated: boolean, byEpoch: boolean): string {
  return isRated
    ? `No two ${unit(byEpoch)}s to compare: samples are compared from the second one on.`
    : 'No ground truth: the predictions of this job have nothing to be compared with.';
}

function unit(byEpoch: boolean): string {
  return byEpoch ? 'epoch' : 'checkpoint';
}
