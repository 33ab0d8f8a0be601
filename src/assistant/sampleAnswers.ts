/** Answers about samples, from the rows that a reader has. */
import { rowReply } from '../model/chats/rowChats.ts';
import type { Checkpoint } from '../model/checkpoints.ts';
import { type Direction, directionOf, type Judge } from '../model/directions.ts';
import { isKnownScore } from '../model/knownScores.ts';
import { compareScores } from '../model/marks.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import type { SampleAnswers } from '../store/sampleIndex.ts';
import type { JobReader, ReadEpoch } from './jobReader.ts';
import { defaultRows, type SampleHistoryInput, type SamplesInput } from './toolInputs.ts';
import type { ToolAnswer } from './toolText.ts';

type Answer = Omit<ToolAnswer, 'source'>;

export async function historyAnswer(
  reader: JobReader,
  { sampleIndex, source, limit = defaultRows }: SampleHistoryInput,
): Promise<Answer> {
  const find = (store: PredictionStore): SampleAnswers[] =>
    store
      .samples()
      .filter((sample) => sample.sampleIndex === sampleIndex && (source === undefined || sample.source === source));
  const { store, unread } = await reader.history((read) => find(read)[0]?.answers ?? 0, limit);
  const [sample, ...others] = find(store);
  const rows = sample === undefined ? [] : store.historyRows(sample.key);
  const newest = rows[0];
  const older = store.checkpointsAreEpochs || unread > 0 ? 'older epochs' : 'older checkpoints';
  return {
    what: `answers to sample ${sampleIndex}, the newest first`,
    facts: [
      newest === undefined ? 'The job has no such sample.' : 'The first object is the sample itself.',
      ...(others.length === 0
        ? []
        : [`Of the samples with that number this is one of ${others.length + 1}; name another with source.`]),
      ...(unread === 0 ? [] : [`${unread} ${older} were not read and may have more; ask for more with limit.`]),
    ],
    total: rows.length,
    ...(newest === undefined ? {} : { subject: sampleOf(store, newest) }),
    rows: rows.slice(0, limit).map((row) => answerOf(store, row)),
  };
}

export async function samplesAnswer(
  reader: JobReader,
  { which, epoch, step, score, limit = defaultRows }: SamplesInput,
): Promise<Answer> {
  const epochs = await reader.epochs();
  const asked = askedEpoch(epochs, epoch, step);
  if (asked === undefined) return nothing(`The job has no such epoch. ${epochsText(epochs)}`);
  const previous = epochs[epochs.indexOf(asked) - 1];
  // Answers may be held against those of the epoch before.
  const wanted = which === 'regressed' && previous !== undefined ? [previous.epoch, asked.epoch] : [asked.epoch];
  const store = await reader.rowsOf(wanted);
  const checkpoints = store.checkpoints().filter((checkpoint) => checkpoint.epoch === asked.epoch);
  const checkpoint = step === undefined ? checkpoints[0] : checkpoints.find((other) => other.step === step);
  if (checkpoint === undefined) return nothing(`The job has no such step. ${stepsText(checkpoints)}`);
  const judge = score === undefined ? store.judge : { name: score, direction: directionOf(score, store.scoreSettings) };
  if (judge === null) return nothing('No score says which answers are better.');
  const rows = answersAt(store, checkpoint);
  return which === 'worst'
    ? worstAnswer(store, rows, judge, checkpoint, limit)
    : regressedAnswer(store, rows, judge, { checkpoint, previous }, limit);
}

function worstAnswer(
  store: PredictionStore,
  rows: readonly number[],
  judge: Judge,
  checkpoint: Checkpoint,
  limit: number,
): Answer {
  const value = (row: number): number => store.groupScore(row, judge.name);
  const sign = judge.direction === 'lower' ? 1 : -1;
  const rated = rows.filter((row) => !Number.isNaN(value(row))).sort((a, b) => (value(b) - value(a)) * sign);
  const isUsual = isErrorRate(judge) && store.checkpointsAreEpochs;
  return {
    what: isUsual
      ? `samples of epoch ${checkpoint.epoch} with a character error rate, the worst first`
      : `samples ${placeText(store, checkpoint)} that have the score, the worst first`,
    facts: isUsual ? [] : [subjectFact],
    ...(isUsual ? {} : { subject: judgedBy(judge) }),
    total: rated.length,
    rows: rated.slice(0, limit).map((row) => ({ ...sampleOf(store, row), ...answerOf(store, row, judge.name) })),
  };
}

function regressedAnswer(
  store: PredictionStore,
  rows: readonly number[],
  judge: Judge,
  { checkpoint, previous }: { checkpoint: Checkpoint; previous: ReadEpoch | undefined },
  limit: number,
): Answer {
  const value = (row: number): number => store.groupScore(row, judge.name);
  const regressed = rows
    .flatMap((row) => {
      const then = store.before(row);
      if (then === undefined || compareScores(value(row), value(then), judge.direction) !== 'worse') return [];
      return [{ row, then, loss: Math.abs(value(row) - value(then)) }];
    })
    .sort((a, b) => b.loss - a.loss);
  const isUsual = isErrorRate(judge) && store.checkpointsAreEpochs;
  const { table } = store;
  return {
    what: isUsual
      ? `samples of epoch ${checkpoint.epoch} that are worse than in epoch ${previous?.epoch ?? '(there is none before)'}, the largest rise first`
      : `samples ${placeText(store, checkpoint)} that are worse than at the checkpoint before, the largest loss first`,
    facts: isUsual ? [] : [subjectFact, ...(judge.direction === 'none' ? ['No value of it is better or worse.'] : [])],
    ...(isUsual ? {} : { subject: judgedBy(judge) }),
    total: regressed.length,
    rows: regressed.slice(0, limit).map(({ row, then }) => ({
      ...sampleOf(store, row),
      ...answerOf(store, row, judge.name),
      before: {
        epoch: table.epoch(then),
        ...(store.checkpointsAreEpochs ? {} : { step: table.step(then) }),
        ...(isErrorRate(judge) ? { charErrorRate: value(then) } : { score: value(then) }),
        prediction: table.prediction(then),
      },
    })),
  };
}

const subjectFact =
  'The first object names the score that the samples are judged by. Scores are pairs of name and value.';

/** The epoch that is asked for, or that has the step that is; the newest one where neither is. */
function askedEpoch(
  epochs: readonly ReadEpoch[],
  epoch: number | undefined,
  step: number | undefined,
): ReadEpoch | undefined {
  if (epoch !== undefined) return epochs.find((other) => other.epoch === epoch);
  if (step === undefined) return epochs.at(-1);
  // Steps mostly go on over the epochs.
  return epochs.find(({ latestStep }) => latestStep !== null && latestStep >= step) ?? epochs.at(-1);
}

function nothing(fact: string): Answer {
  return { what: 'samples', facts: [fact], total: 0, rows: [] };
}

function epochsText(epochs: readonly ReadEpoch[]): string {
  return epochs.length === 0
    ? 'It has no predictions yet.'
    : `It has epochs ${epochs[0]?.epoch} to ${epochs.at(-1)?.epoch}.`;
}

/** @param checkpoints of one epoch, newest first */
function stepsText(checkpoints: readonly Checkpoint[]): string {
  const steps = checkpoints.map(({ step }) => step).reverse();
  const some = steps.length > 20 ? [...steps.slice(0, 10), '…', ...steps.slice(-10)] : steps;
  return `Epoch ${checkpoints[0]?.epoch} has steps ${some.join(', ')}.`;
}

function placeText(store: PredictionStore, { epoch, step }: Checkpoint): string {
  return store.checkpointsAreEpochs ? `of epoch ${epoch}` : `at step ${step} (epoch ${epoch})`;
}

/** The newest answer to each sample at a checkpoint, ascending by sample. */
function answersAt(store: PredictionStore, checkpoint: Checkpoint): number[] {
  const newest = new Map<unknown, number>();
  for (const row of store.rows(checkpoint, 0, store.count(checkpoint))) {
    const sample = store.sampleKey(row);
    if (!newest.has(sample) && !store.isSuperseded(row)) newest.set(sample, row);
  }
  return [...newest.values()].sort((a, b) => store.sampleIndex(a) - store.sampleIndex(b));
}

function judgedBy({ name, direction }: Judge): { score: string; better: Direction } {
  return { score: name, better: direction };
}

function isErrorRate({ name, direction }: Judge): boolean {
  return name === 'char_error_rate' && direction === 'lower';
}

function sampleOf(store: PredictionStore, row: number) {
  const { table } = store;
  const source = table.source(row);
  return {
    sampleIndex: store.sampleIndex(row),
    ...(source === '' ? {} : { source }),
    prompt: table.prompt(row),
    groundTruth: table.groundTruth(row),
  };
}

/** @param judge a score that is told whatever its name */
function answerOf(store: PredictionStore, row: number, judge = store.judge?.name) {
  const { table } = store;
  const value = (name: string): number | null => {
    const held = table.score(row, name);
    return Number.isNaN(held) ? null : held;
  };
  const scores = store.scoreNames.flatMap((name) => {
    const isOther = !isKnownScore(name) || (name === judge && !ownFields.has(name));
    return isOther && value(name) !== null ? [[name, value(name)]] : [];
  });
  const completions = store.completions(row).length;
  return {
    epoch: table.epoch(row),
    step: table.step(row),
    charErrorRate: value('char_error_rate'),
    exactMatch: value('exact_match'),
    validationPass: table.validationPass(row),
    ...(scores.length === 0 ? {} : { scores }),
    ...(completions < 2 || judge === undefined ? {} : { completions, mean: store.groupScore(row, judge) }),
    prediction: table.prediction(row),
    ...finalAnswerOf(store, row),
  };
}

/** Of a chat the prediction is all that was said, calls of tools and their results among it. */
function finalAnswerOf({ table }: PredictionStore, row: number): { finalAnswer?: string } {
  if (!table.mayHaveForm(row)) return {};
  const read = table.read(row);
  const { answer } = rowReply(read);
  return answer === read.prediction ? {} : { finalAnswer: answer };
}

/** Scores that a field of an answer tells. */
const ownFields: ReadonlySet<string> = new Set(['char_error_rate', 'exact_match', 'validation_pass']);
