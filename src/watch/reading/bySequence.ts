import { maxPageSize } from '../../wire/responses.ts';
import { type Gap, sequenceOf } from './heldSequences.ts';
import type { JobReading } from './jobReading.ts';

/**
 * Reads what is missing by the numbers that the server gives its rows: each page costs it the same, and nothing comes
 * that is held.
 *
 * @param lacking how many rows are still missing
 * @param newestHeld the newest rows were read before
 * @returns false where the server does not page by them, or a row does not say its own
 */
export async function readBySequence(
  reading: JobReading,
  lacking: () => number,
  newestHeld: boolean,
): Promise<boolean> {
  const { sequences } = reading.holdings;
  const newer = { after: sequences.last, count: Number.POSITIVE_INFINITY };
  const older = sequences.gaps();
  for (const gap of newestHeld ? [...older, newer] : [newer, ...older]) {
    if (lacking() === 0) break;
    if (!(await readGap(reading, lacking, gap))) return false;
  }
  return true;
}

async function readGap(reading: JobReading, lacking: () => number, { after: start, count }: Gap): Promise<boolean> {
  const end = start + count;
  const ask = (after: number) => reading.page({ after, limit: Math.min(maxPageSize, end - after) });
  let coming = ask(start);
  for (let after = start; ; ) {
    const rows = await coming;
    if (rows.length === 0) return true;
    const last = lastOfAscending(rows, after);
    if (last === undefined) return false;
    after = last;
    const isMore = last < end && lacking() > rows.length;
    if (isMore) {
      // The server reads on while these are taken. A failure is met where the page is waited for.
      coming = ask(after);
      coming.catch(() => {});
    }
    await reading.take(rows, null);
    if (last >= end || lacking() === 0) return true;
    if (!isMore) coming = ask(after);
  }
}

/** The last number of a page; undefined where its rows do not follow `after` and each other. */
function lastOfAscending(rows: readonly unknown[], after: number): number | undefined {
  let last = after;
  for (const row of rows) {
    const seq = sequenceOf(row);
    if (seq === undefined || seq <= last) return undefined;
    last = seq;
  }
  return last;
}
