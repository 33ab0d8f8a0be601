/** Makes a store equal to what the server has, over REST. src/stream/README.md holds the proof. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type EpochSummary, maxPageSize } from '../wire/responses.ts';
import { readBackwards } from './reading/backwards.ts';
import { readBySequence } from './reading/bySequence.ts';
import { readFewRows } from './reading/fewRows.ts';
import { type Holdings, type JobReader, JobReading } from './reading/jobReading.ts';
import { TiedRows } from './reading/tiedRows.ts';

/** Pauses between rounds, in ms: an insert may be under way on the server, or a replica behind. */
const roundPauses: readonly number[] = [200, 500, 1000, 2000];

/**
 * `equal`: what was held is what the server had. `different`: rows are missing, or came too fast to tell. `replaced`:
 * the server has fewer rows than were held before it was asked, again and again, so this is another life of the job.
 */
export type Outcome = 'equal' | 'different' | 'replaced';

/**
 * Reads what is missing, newest epoch first, until all counts agree: rows never change and leave only with their job,
 * so what is held is a subset of what the server has, and equal counts mean equal sets. What counts is what was held
 * before the server was asked: a row that the stream brings meanwhile may make up in number for one that is missing.
 *
 * @throws ApiError, or the signal's reason
 */
export async function catchUp(
  reader: JobReader,
  holdings: Holdings,
  signal: AbortSignal,
  pauses = roundPauses,
): Promise<Outcome> {
  for (let round = 0; ; round += 1) {
    let found = await compare(reader, holdings, signal);
    const pause = pauses[round];
    if (found.verdict !== 'equal' && pause !== undefined && !found.isFirst) {
      // Mostly it is what the stream is about to bring.
      await sleep(pause, undefined, { signal });
      found = await compare(reader, holdings, signal);
    }
    const { verdict, missing, total } = found;
    if (verdict === 'equal') return 'equal';
    const reading = new JobReading({ reader, holdings, signal }, round, total);
    if (pause !== undefined) {
      await readMissing(reading, missing, total);
      continue;
    }
    if (verdict === 'fewer') return 'replaced';
    if (missing.length === 0) return 'different';
    // The last resort: the whole job at once.
    await new TiedRows(reading, { count: total, lacking: reading.lackingOf(missing) }).readAll();
    return (await compare(reader, holdings, signal)).verdict === 'equal' ? 'equal' : 'different';
  }
}

interface Comparison {
  verdict: 'equal' | 'fewer' | 'more';
  /** Nothing was held before. */
  isFirst: boolean;
  /** The epochs that have rows which are not held, newest first. */
  missing: EpochSummary[];
  /** All rows on the server. */
  total: number;
}

async function compare(reader: JobReader, holdings: Holdings, signal: AbortSignal): Promise<Comparison> {
  const before = holdings.counts();
  const isFirst = holdings.count() === 0;
  const epochs = await reader.epochs(signal);
  const total = rowsOf(epochs);
  holdings.learned(total);
  const onServer = new Map(epochs.map(({ epoch, prediction_count }) => [epoch, prediction_count]));
  if ([...before].some(([epoch, count]) => count > (onServer.get(epoch) ?? 0)))
    return { verdict: 'fewer', isFirst, missing: [], total };
  if (epochs.every(({ epoch, prediction_count }) => prediction_count === (before.get(epoch) ?? 0))) {
    return { verdict: 'equal', isFirst, missing: [], total };
  }
  const held = holdings.counts();
  const missing = epochs
    .filter(({ epoch, prediction_count }) => prediction_count > (held.get(epoch) ?? 0))
    .sort((a, b) => b.epoch - a.epoch);
  return { verdict: 'more', isFirst, missing, total };
}

const rowsOf = (epochs: readonly EpochSummary[]) =>
  epochs.reduce((sum, { prediction_count }) => sum + prediction_count, 0);
const pagesOf = (rows: number) => Math.ceil(rows / maxPageSize);

/**
 * The newest rows come first, as they are what one looks at. Where rows say their sequence number the others come by it,
 * else epoch by epoch, or, where most of a job is missing in many small epochs, in full pages that know no epochs.
 */
async function readMissing(reading: JobReading, missing: readonly EpochSummary[], total: number): Promise<void> {
  const { sequences } = reading.holdings;
  const [newest, ...older] = missing;
  const isUnnumbered = sequences.isEmpty;
  if (newest !== undefined && isUnnumbered) await readEpoch(reading, newest, () => !sequences.isEmpty);
  if (!sequences.isEmpty && (await readBySequence(reading, reading.lackingOf(missing), isUnnumbered))) return;
  const epochs = isUnnumbered ? older : missing;
  const requests = epochs.reduce((sum, { prediction_count }) => sum + pagesOf(prediction_count), 0);
  if (requests <= 2 * pagesOf(total) || rowsOf(epochs) * 2 < total) {
    for (const epoch of epochs) await readEpoch(reading, epoch);
  } else await readBackwards(reading, reading.lackingOf(missing), total);
}

/**
 * What is missing of one epoch: by checkpoint where the server tells of them, the newest first.
 *
 * @param isEnough asked after each checkpoint: the others need not be read
 */
async function readEpoch(reading: JobReading, summary: EpochSummary, isEnough = () => false): Promise<void> {
  const { epoch, prediction_count: count } = summary;
  const checkpoints = count > maxPageSize ? await reading.checkpoints() : null;
  if (checkpoints === null) {
    const list = { epoch, count, lacking: reading.lackingOf([summary]) };
    if (reading.round === 0) await readFewRows(reading, list);
    await new TiedRows(reading, list).readAll();
    return;
  }
  for (const { step, prediction_count } of checkpoints.filter((checkpoint) => checkpoint.epoch === epoch).reverse()) {
    const lacking = reading.lackingFrom(prediction_count - heldOf(reading, epoch, step));
    const list = { epoch, step, count: prediction_count, lacking };
    await new TiedRows(reading, list).readAll();
    if (isEnough()) return;
  }
}

/** But for those that nobody can read. */
function heldOf({ holdings }: JobReading, epoch: number, step: number): number {
  let held = 0;
  for (const rows of holdings.bySample(epoch, step).values()) held += rows;
  return held;
}
