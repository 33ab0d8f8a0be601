import { type Checkpoint, compareCheckpoints } from '../../src/model/checkpoints.ts';
import type { Mark } from '../../src/model/marks.ts';
import type { SampleKey } from '../../src/model/samples.ts';
import type { HistoryEntry, SampleSummary } from '../../src/panel/protocol/comparison.ts';
import type { ViewState } from '../../src/panel/protocol/view.ts';
import type { DiffSide, HostMessageOf } from '../../src/panel/protocol.ts';
import { plainLine, plainName } from '../../src/plainText.ts';
import type { Choice } from '../controls/choice.ts';
import { noScores, type Scores } from '../scores.ts';
import type { Formats } from '../texts/formats.ts';

type Comparison = HostMessageOf<'comparison'>;

const marks: Record<Mark, string> = { better: '▲ better', worse: '▼ worse', same: '= same' };

/** A mark with its sign and its word, so that it can be read without colour; empty for none. */
export function markText(mark: Mark | null): string {
  return mark === null ? '' : marks[mark];
}

/** "#3 Can you get 32 tea kettles … (31 epochs)"; with its source before the words where the job has several. */
export function sampleText(
  { sampleIndex, source, prompt, epochs }: SampleSummary,
  formats: Formats,
  { byEpoch, sources }: Pick<Scores, 'byEpoch' | 'sources'> = noScores,
): string {
  const of = sources.length > 1 && source !== '' ? `${plainName(source)}: ` : '';
  const unit = byEpoch ? 'epoch' : 'answer';
  return `#${sampleIndex} ${of}${plainLine(prompt)} (${formats.count(epochs)} ${epochs === 1 ? unit : `${unit}s`})`;
}

/**
 * What there is to choose from, by the samples' numbers; where several have one, as those of several sources, the others
 * are told apart by their keys.
 *
 * @param samples ascending
 */
export function sampleChoices(
  samples: readonly SampleSummary[],
  formats: Formats,
  scores: Pick<Scores, 'byEpoch' | 'sources'>,
): (Choice & { key: SampleKey })[] {
  return samples.map((sample, index) => {
    const { key, sampleIndex } = sample;
    const isFirst = samples[index - 1]?.sampleIndex !== sampleIndex;
    const value = isFirst ? String(sampleIndex) : `${sampleIndex} ${key}`;
    return { key, value, text: sampleText(sample, formats, scores) };
  });
}

/** Samples from which on people search for one. */
const manySamples = 200;

/** Whether a sample is looked for by its text: of few the list is enough. @param text that is looked for already */
export function offersSearch({ sampleCount }: Pick<Comparison, 'sampleCount'>, text: string): boolean {
  return sampleCount > manySamples || text !== '';
}

/** "the first 200 that hold it", where not all samples are listed; empty where they are. */
export function listedText(
  {
    sampleCount,
    samplesListed,
    samplesSearched,
  }: Pick<Comparison, 'sampleCount' | 'samplesListed' | 'samplesSearched'>,
  formats: Formats,
): string {
  if (samplesListed === null) return '';
  const found = samplesListed;
  const of = `of ${formats.count(sampleCount)} samples`;
  if (samplesSearched === 'no') return `${formats.count(samplesListed)} ${of} in the list`;
  if (samplesSearched === 'searching') return `Searching… ${formats.count(found)} found`;
  if (samplesSearched === 'more') return `the first ${formats.count(found)} found ${of}`;
  return found === 0 ? `none ${of} holds this text` : `${formats.count(found)} ${of} found`;
}

/** "Epoch 30", with its step beside; "Step 1,200", with its epoch, where an epoch has several. */
export function checkpointTexts(
  { epoch, step }: Checkpoint,
  byEpoch: boolean,
  formats: Formats,
): { name: string; beside: string } {
  const [epochs, steps] = [formats.count(epoch), formats.count(step)];
  return byEpoch
    ? { name: `Epoch ${epochs}`, beside: `step ${steps}` }
    : { name: `Step ${steps}`, beside: `epoch ${epochs}` };
}

/** What a button says that jumps to a checkpoint: "First correct: step 650". */
export function jumpText(name: string, { epoch, step }: Checkpoint, byEpoch: boolean, formats: Formats): string {
  return byEpoch ? `${name}: epoch ${formats.count(epoch)}` : `${name}: step ${formats.count(step)}`;
}

type ComparedWith = Choice & { value: ViewState['compareWith'] };
const lastChoices: readonly ComparedWith[] = [
  { value: 'first', text: 'first' },
  { value: 'best', text: 'best' },
  { value: 'nothing', text: 'nothing' },
];
const choices = (previous: string): readonly ComparedWith[] => [
  { value: 'truth', text: 'ground truth' },
  { value: 'previous', text: previous },
  ...lastChoices,
];
const [epochChoices, stepChoices] = [choices('previous epoch'), choices('previous step')];

const withoutTruth = (all: readonly ComparedWith[]): readonly ComparedWith[] =>
  all.filter(({ value }) => value !== 'truth');
const [epochsAlone, stepsAlone] = [withoutTruth(epochChoices), withoutTruth(stepChoices)];

/** What answers can be held against. @param truths as `scores` tells it */
export function comparedWith(byEpoch: boolean, truths: boolean | null = null): readonly ComparedWith[] {
  if (truths === false) return byEpoch ? epochsAlone : stepsAlone;
  return byEpoch ? epochChoices : stepChoices;
}

/** Said where a job has no ground truths: what to send. */
export const whyNoTruth = 'No ground truth: send ground_truth with the predictions, and differences to it appear here.';

/**
 * The sample that is shown: the chosen one as soon as it was chosen, the host's own choice where there is no such
 * sample.
 */
export function shownSample(
  { samples, sample }: Pick<Comparison, 'samples' | 'sample'>,
  chosen: SampleKey | null,
): SampleKey | null {
  return samples.some(({ key }) => key === chosen) ? chosen : sample;
}

/**
 * The samples of one source. One that no row names hides nothing, as in the host.
 *
 * @param source null for all
 */
export function samplesOf(all: SampleSummary[], sources: readonly string[], source: string | null): SampleSummary[] {
  return source === null || !sources.includes(source) ? all : all.filter((sample) => sample.source === source);
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
  { groundTruth, history, against }: Pick<Comparison, 'groundTruth' | 'history' | 'against'>,
  entry: Pick<HistoryEntry, 'id' | 'epoch' | 'step'>,
  compareWith: ViewState['compareWith'],
): { left: DiffSide; right: DiffSide } | null {
  const { id } = entry;
  const right: DiffSide = { id, field: 'prediction' };
  const toAnswer = (other: string | null | undefined) =>
    other == null || other === id ? null : { left: { id: other, field: 'prediction' as const }, right };
  switch (compareWith) {
    case 'truth':
    case 'nothing':
      return groundTruth === null ? null : { left: { id, field: 'groundTruth' }, right };
    case 'previous':
      return toAnswer(history.find((other) => other.superseded === null && compareCheckpoints(other, entry) < 0)?.id);
    case 'first':
    case 'best':
      return toAnswer(against);
  }
}

/** "Showing the newest 200 of 2,000 answers."; null where all are shown. */
export function answersText(shown: number, answers: number, formats: Formats): string | null {
  if (shown >= answers) return null;
  return `Showing the newest ${formats.count(shown)} of ${formats.count(answers)} answers. The table has all of them.`;
}

/** "1 new epoch", or "answer" where an epoch has several. */
export function newEntriesText(count: number, byEpoch: boolean, formats: Formats): string {
  const unit = byEpoch ? 'epoch' : 'answer';
  return `${formats.count(count)} new ${count === 1 ? unit : `${unit}s`}`;
}
