/**
 * A server of part 1 sorts rows by epoch and `sample_index` alone. Those that are equal in both are a group here: they come
 * in another order at every read, and what is known of them is where in the list they begin and end.
 */
export interface Place {
  readonly epoch: number;
  readonly sample: number;
}

/** Rows of a page that are of one group. */
export interface Run extends Place {
  /** In the page. */
  readonly start: number;
  readonly length: number;
}

/** What a row is sorted by; undefined where it does not say. */
export function placeOf(row: unknown): Place | undefined {
  if (typeof row !== 'object' || row === null || !('epoch' in row) || !('sample_index' in row)) return undefined;
  const { epoch, sample_index: sample } = row;
  return typeof epoch === 'number' && typeof sample === 'number' ? { epoch, sample } : undefined;
}

/** The groups of a page; undefined where its rows are not sorted, or do not say by what. */
export function runsOf(rows: readonly unknown[]): Run[] | undefined {
  const runs: { epoch: number; sample: number; start: number; length: number }[] = [];
  for (const [start, row] of rows.entries()) {
    const place = placeOf(row);
    if (place === undefined) return undefined;
    const last = runs.at(-1);
    const order = last === undefined ? 1 : place.epoch - last.epoch || place.sample - last.sample;
    if (order < 0) return undefined;
    if (last !== undefined && order === 0) last.length += 1;
    else runs.push({ ...place, start, length: 1 });
  }
  return runs;
}
