/** Makes a store equal to what the server has, over REST. src/stream/README.md holds the proof. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EpochSummary, PredictionsPage } from '../wire/responses.ts';
import { maxPageSize } from '../wire/responses.ts';

/** The REST reads of one job. */
export interface JobReader {
  epochs(signal: AbortSignal): Promise<EpochSummary[]>;
  page(query: { epoch?: number; limit: number; offset: number }, signal: AbortSignal): Promise<PredictionsPage>;
}

/** What is held so far, and where new rows go. */
export interface Holdings {
  /** Rows held; of one epoch, or of all for null. */
  count(epoch: number | null): number;
  /** Takes rows as the server sent them; those held already change nothing. */
  take(rows: unknown[], epoch: number | null): void;
  /** The server's count, as soon as it is known. */
  learned(total: number): void;
}

/** Pauses between rounds, in ms: an insert may be under way on the server, or a replica behind. */
const roundPauses: readonly number[] = [200, 500, 1000, 2000];

/**
 * `equal`: what is held is what the server has. `different`: rows are still missing. `replaced`: the server has fewer
 * rows than were held before it was asked, again and again, so this is another life of the job.
 */
export type Outcome = 'equal' | 'different' | 'replaced';

/**
 * Reads what is missing, newest epoch first, until all counts agree: rows never change and leave only with their job,
 * so what is held is a subset of what the server has, and equal counts mean equal sets. The stream may add rows while a
 * count travels; more held than counted is therefore agreement too, unless they were held before the count was asked.
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
    const before = holdings.count(null);
    const epochs = await reader.epochs(signal);
    const total = epochs.reduce((sum, { prediction_count }) => sum + prediction_count, 0);
    holdings.learned(total);
    const fewer = total < before;
    const missing = fewer ? [] : incomplete(epochs, holdings);
    if (!fewer && missing.length === 0) return 'equal';
    const pause = pauses[round];
    if (pause === undefined) return fewer ? 'replaced' : readAll(reader, holdings, signal);
    if (fewer || round > 0) await sleep(pause, undefined, { signal });
    for (const epoch of missing) await readEpoch(reader, holdings, epoch, signal);
  }
}

/** The epochs that have rows which are not held, newest first. */
function incomplete(epochs: EpochSummary[], holdings: Holdings): EpochSummary[] {
  return epochs
    .filter(({ epoch, prediction_count }) => prediction_count > holdings.count(epoch))
    .sort((a, b) => b.epoch - a.epoch);
}

/** Pages of one epoch, ended by its own count: `total_count` is of the whole job. */
async function readEpoch(
  reader: JobReader,
  holdings: Holdings,
  { epoch, prediction_count }: EpochSummary,
  signal: AbortSignal,
): Promise<void> {
  for (let offset = 0; offset < prediction_count; ) {
    const page = await reader.page({ epoch, limit: maxPageSize, offset }, signal);
    if (page.predictions.length === 0) return;
    holdings.take(page.predictions, epoch);
    offset += page.predictions.length;
  }
}

/** The last resort: the whole job at once. */
async function readAll(reader: JobReader, holdings: Holdings, signal: AbortSignal): Promise<Outcome> {
  for (let offset = 0; ; ) {
    const page = await reader.page({ limit: maxPageSize, offset }, signal);
    holdings.take(page.predictions, null);
    offset += page.predictions.length;
    if (page.predictions.length === 0 || offset >= page.total_count) break;
  }
  return incomplete(await reader.epochs(signal), holdings).length === 0 ? 'equal' : 'different';
}
