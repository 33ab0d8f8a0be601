import type { Mark } from '../../src/model/marks.ts';
import type { SampleKey } from '../../src/model/samples.ts';
import type { DiffSide, HistoryEntry, HostMessageOf, SampleSummary, ViewState } from '../../src/panel/protocol.ts';
import { plainLine } from '../../src/plainText.ts';
import type { Choice } from '../controls/choice.ts';
import type { Formats } from '../texts/formats.ts';

type Comparison = HostMessageOf<'comparison'>;

const marks: Record<Mark, string> = { better: '▲ better', worse: '▼ worse', same: '= same' };

/** A mark with its sign and its word, so that it can be read without colour; empty for none. */
export function markText(mark: Mark | null): string {
  return mark === null ? '' : marks[mark];
}

/** "#3 Can you get 32 tea kettles … (31 epochs)". */
export function sampleText({ sampleIndex, prompt, epochs }: SampleSummary, formats: Formats): string {
  const words = plainLine(prompt);
  return `#${sampleIndex} ${words} (${formats.count(epochs)} ${epochs === 1 ? 'epoch' : 'epochs'})`;
}

/** What answers can be held against. */
export const comparedWith: readonly (Choice & { value: ViewState['compareWith'] })[] = [
  { value: 'truth', text: 'ground truth' },
  { value: 'previous', text: 'previous epoch' },
  { value: 'nothing', text: 'nothing' },
];

/**
 * The sample that is shown: the chosen one as soon as it was chosen, the host's own choice where there is no such
 * sample.
 */
export function shownSample({ samples, sample }: Comparison, chosen: SampleKey | null): SampleKey | null {
  return samples.some(({ key }) => key === chosen) ? chosen : sample;
}

/** The sample that many places further in the list; null beyond its ends. */
export function sampleBeside(
  samples: readonly SampleSummary[],
  sample: SampleKey | null,
  places: number,
): SampleKey | null {
  const index = samples.findIndex(({ key }) => key === sample);
  return index < 0 ? null : (samples[index + places]?.key ?? null);
}

/**
 * What the diff editor shows of an entry: its answer against what the view compares with, and against the ground truth
 * where it compares with nothing. Null where there is no such text.
 *
 * @param history newest first
 */
export function diffSides(
  { groundTruth, history }: Pick<Comparison, 'groundTruth' | 'history'>,
  { id, epoch }: Pick<HistoryEntry, 'id' | 'epoch'>,
  compareWith: ViewState['compareWith'],
): { left: DiffSide; right: DiffSide } | null {
  const right: DiffSide = { id, field: 'prediction' };
  if (compareWith !== 'previous') return groundTruth === null ? null : { left: { id, field: 'groundTruth' }, right };
  const before = history.find((entry) => entry.epoch < epoch);
  return before === undefined ? null : { left: { id: before.id, field: 'prediction' }, right };
}

/** The protocol's `cellCharacters`: with it would come its schemas, which more than double the bundle. */
export const cutAt = 2000;

/** Says that a text is only the beginning, and where the rest is; empty for a whole one. */
export function cutText(text: string | null, rest: string, formats: Formats): string {
  if (text === null || text.length < cutAt) return '';
  return `The first ${formats.count(cutAt)} characters. ${rest}`;
}

/** "Showing the newest 200 of 2,000 answers."; null where all are shown. */
export function answersText(shown: number, answers: number, formats: Formats): string | null {
  if (shown >= answers) return null;
  return `Showing the newest ${formats.count(shown)} of ${formats.count(answers)} answers. The table has all of them.`;
}
