import { maxPageSize } from '../../wire/responses.ts';
import { placeOf } from './groups.ts';
import type { JobReading } from './jobReading.ts';
import { type TiedList, TiedRows } from './tiedRows.ts';

/** The rows that are held of an epoch. */
interface HeldSample {
  readonly sample: number;
  /** How many rows are held of the samples before it. */
  readonly start: number;
}

/** A list of one epoch. */
type EpochList = TiedList & { readonly epoch: number };

/**
 * Finds the few rows that are missing in a long epoch without reading all of it. It is sorted by `sample_index`: at the
 * place where a sample would begin stands a row of an earlier one exactly where rows of earlier ones are missing.
 */
export async function readFewRows(reading: JobReading, list: EpochList): Promise<void> {
  let complete = 0;
  for (;;) {
    const lacking = list.lacking();
    const { samples, count } = heldSamples(reading, list.epoch);
    if (lacking === 0 || !areFew(lacking, samples.length, list.count)) return;
    // Rows that nobody can read have a place in the list, and nobody knows which.
    if (count !== reading.holdings.counts().get(list.epoch)) return;
    const from = samples.findIndex(({ sample }) => sample >= complete);
    const index = await lastBehindComplete(reading, list.epoch, samples, Math.max(0, from));
    const start = samples[index]?.start ?? 0;
    const end = samples[index + 1]?.start ?? list.count;
    const rows = new TiedRows(reading, list, start);
    while (rows.settled <= end && list.lacking() > 0) if (!(await rows.readPage())) break;
    if (list.lacking() >= lacking) return;
    complete = samples[index]?.sample ?? 0;
  }
}

/** Whether it takes fewer requests to look for each of them than to read all pages. */
function areFew(lacking: number, samples: number, rows: number): boolean {
  return lacking * (Math.log2(samples + 1) + 2) < rows / maxPageSize;
}

function heldSamples(reading: JobReading, epoch: number): { samples: HeldSample[]; count: number } {
  const held = [...reading.holdings.bySample(epoch, undefined)].sort(([a], [b]) => a - b);
  const samples: HeldSample[] = [];
  let count = 0;
  for (const [sample, rows] of held) {
    samples.push({ sample, start: count });
    count += rows;
  }
  return { samples, count };
}

/** The last sample before which nothing is missing, from one on of which that is known. */
async function lastBehindComplete(
  reading: JobReading,
  epoch: number,
  samples: readonly HeldSample[],
  from: number,
): Promise<number> {
  let low = from;
  let high = samples.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    const { sample, start } = samples[middle] ?? { sample: 0, start: 0 };
    const [row] = await reading.page({ epoch, limit: 1, offset: start });
    if ((placeOf(row)?.sample ?? sample) >= sample) low = middle;
    else high = middle;
  }
  return low;
}
