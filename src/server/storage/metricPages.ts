import { setImmediate as nextTurn } from 'node:timers/promises';
import { numberOf, type SqlRow, textOf } from './storedRows.ts';

/** Where a read of metrics is: behind the metric of this step and number. */
export type MetricPlace = readonly [step: number, number: number];

/**
 * The read of a job's metrics, chunk by chunk, as `Storage.metrics` says. Each chunk is a query of its own, so that none
 * stays open, and others have a turn before the next.
 *
 * @param readPage the next rows behind a place, by step and number
 */
export async function* metricPages(
  after: number,
  readPage: (last: MetricPlace) => Promise<SqlRow[]>,
): AsyncGenerator<string[]> {
  let last: MetricPlace = [after, Number.MAX_SAFE_INTEGER];
  for (;;) {
    const rows = await readPage(last);
    const end = rows.at(-1);
    if (end === undefined) return;
    last = [numberOf(end, 'step'), numberOf(end, 'number')];
    yield rows.map((row) => textOf(row, 'content'));
    await nextTurn();
  }
}
