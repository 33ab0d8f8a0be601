/** Makes a store equal to what the server has, over REST. src/stream/README.md holds the proof. */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { EpochSummary, PredictionsPage } from '../wire/responses.ts';
import { maxPageSize } from '../wire/responses.ts';
import type { PageQuery } from './pageReader.ts';

/** The REST reads of one job. */
export interface JobReader {
  epochs(signal: AbortSignal): Promise<EpochSummary[]>;
  page(query: PageQuery, signal: AbortSignal): Promise<PredictionsPage>;
}

/** What is held so far, and where new rows go. */
export interface Holdings {
  /** Rows held of each epoch, as they are now. */
  counts(): ReadonlyMap<number, number>;
  /** Takes rows as the server sent them; those held already change nothing. */
  take(rows: unknown[], epoch: number | null): void;
  /** The server's count, as soon as it is known. */
  learned(total: number): void;
}

/** Rows that are taken in one turn: about 2 ms. */
const rowsAtOnce = 100;

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
    const { verdict, missing, total } = await compare(reader, holdings, signal);
    if (verdict === 'equal') return 'equal';
    const pause = pauses[round];
    if (pause === undefined) {
      if (verdict === 'fewer') return 'replaced';
      return missing.length === 0 ? 'different' : readAll(reader, holdings, signal);
    }
    if (round > 0 || missing.length === 0) await sleep(pause, undefined, { signal });
    await readMissing(reader, holdings, missing, total, signal);
  }
}

interface Comparison {
  verdict: 'equal' | 'fewer' | 'more';
  /** The epochs that have rows which are not held, newest first. */
  missing: EpochSummary[];
  /** All rows on the server. */
  total: number;
}

async function compare(reader: JobReader, holdings: Holdings, signal: AbortSignal): Promise<Comparison> {
  const before = holdings.counts();
  const epochs = await reader.epochs(signal);
  const total = rowsOf(epochs);
  holdings.learned(total);
  const onServer = new Map(epochs.map(({ epoch, prediction_count }) => [epoch, prediction_count]));
  if ([...before].some(([epoch, count]) => count > (onServer.get(epoch) ?? 0)))
    return { verdict: 'fewer', missing: [], total };
  if (epochs.every(({ epoch, prediction_count }) => prediction_count === (before.get(epoch) ?? 0))) {
    return { verdict: 'equal', missing: [], total };
  }
  const held = holdings.counts();
  const missing = epochs
    .filter(({ epoch, prediction_count }) => prediction_count > (held.get(epoch) ?? 0))
    .sort((a, b) => b.epoch - a.epoch);
  return { verdict: 'more', missing, total };
}

const rowsOf = (epochs: readonly EpochSummary[]) =>
  epochs.reduce((sum, { prediction_count }) => sum + prediction_count, 0);
const pagesOf = (rows: number) => Math.ceil(rows / maxPageSize);

/**
 * The newest epoch comes first, as it is what one looks at. Where most of a job is missing, in many small epochs, the
 * others come in full pages that know no epochs.
 */
async function readMissing(
  reader: JobReader,
  holdings: Holdings,
  [newest, ...older]: EpochSummary[],
  total: number,
  signal: AbortSignal,
): Promise<void> {
  if (newest === undefined) return;
  const hasSequence = await readEpoch(reader, holdings, newest, signal);
  const requests = older.reduce((sum, { prediction_count }) => sum + pagesOf(prediction_count), 0);
  if (requests <= 2 * pagesOf(total) || rowsOf(older) * 2 < total) {
    for (const epoch of older) await readEpoch(reader, holdings, epoch, signal);
  } else if (!hasSequence || !(await readInSequence(reader, holdings, total, signal))) {
    await readBackwards(reader, holdings, total, signal);
  }
}

/**
 * Pages of one epoch, ended by its own count: `total_count` is of the whole job.
 *
 * @returns whether the rows say their sequence
 */
async function readEpoch(
  reader: JobReader,
  holdings: Holdings,
  { epoch, prediction_count }: EpochSummary,
  signal: AbortSignal,
): Promise<boolean> {
  let hasSequence = false;
  for (let offset = 0; offset < prediction_count; ) {
    const { predictions } = await reader.page({ epoch, limit: maxPageSize, offset }, signal);
    if (predictions.length === 0) break;
    hasSequence = sequenceOf(predictions.at(-1)) !== undefined;
    await takeInTurns(holdings, predictions, epoch, signal);
    offset += predictions.length;
  }
  return hasSequence;
}

/** The whole job by sequence: each page costs the server the same. @returns false where the server knows no sequence */
async function readInSequence(
  reader: JobReader,
  holdings: Holdings,
  total: number,
  signal: AbortSignal,
): Promise<boolean> {
  let coming = reader.page({ after: 0, limit: maxPageSize }, signal);
  // What comes after so many rows came over the stream, or is asked for by the next comparison.
  for (let after = 0, rows = 0; rows < total; ) {
    const { predictions } = await coming;
    const last = sequenceOf(predictions.at(-1));
    if (last === undefined || last <= after) return predictions.length === 0;
    after = last;
    rows += predictions.length;
    if (rows < total) {
      // The server reads on while these are taken. A failure is met where the page is waited for.
      coming = reader.page({ after, limit: maxPageSize }, signal);
      coming.catch(() => {});
    }
    await takeInTurns(holdings, predictions, null, signal);
  }
  return true;
}

/** Between turns the stream is heard, the panel is told, and the request for the next page leaves at all. */
async function takeInTurns(
  holdings: Holdings,
  rows: readonly unknown[],
  epoch: number | null,
  signal: AbortSignal,
): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    holdings.take(rows.slice(start, start + rowsAtOnce), epoch);
    await nextTurn(undefined, { signal });
  }
}

/** The whole job from its end, which is its newest epochs. Pages that shrink on a bad network leave no gap. */
async function readBackwards(reader: JobReader, holdings: Holdings, total: number, signal: AbortSignal): Promise<void> {
  for (let end = total; end > 0; ) {
    const start = Math.max(0, end - maxPageSize);
    for (let offset = start; offset < end; ) {
      const { predictions } = await reader.page({ limit: end - offset, offset }, signal);
      if (predictions.length === 0) return;
      await takeInTurns(holdings, predictions, null, signal);
      offset += predictions.length;
    }
    end = start;
  }
}

function sequenceOf(row: unknown): number | undefined {
  const seq = typeof row === 'object' && row !== null && 'seq' in row ? row.seq : undefined;
  return typeof seq === 'number' ? seq : undefined;
}

/** The last resort: the whole job at once. */
async function readAll(reader: JobReader, holdings: Holdings, signal: AbortSignal): Promise<Outcome> {
  for (let offset = 0; ; ) {
    const page = await reader.page({ limit: maxPageSize, offset }, signal);
    await takeInTurns(holdings, page.predictions, null, signal);
    offset += page.predictions.length;
    if (page.predictions.length === 0 || offset >= page.total_count) break;
  }
  const { verdict } = await compare(reader, holdings, signal);
  return verdict === 'equal' ? 'equal' : 'different';
}
