import type { Checkpoint } from '../src/model/checkpoints.ts';

/**
 * A list in the order of `compare`, with what changed in its place: an item takes the place of the one that compares as
 * equal; the same list where nothing changed. What did not change is neither read nor copied item by item, so thousands cost next to nothing.
 */
export function withChanged<T>(known: T[], changed: readonly T[], compare: (a: T, b: T) => number): T[] {
  if (changed.length === 0) return known;
  const list = known.slice();
  for (const item of changed) {
    const place = placeOf(list, item, compare);
    const held = list[place];
    list.splice(place, held !== undefined && compare(held, item) === 0 ? 1 : 0, item);
  }
  return list;
}

/** The first place whose item does not come before. */
function placeOf<T>(list: readonly T[], item: T, compare: (a: T, b: T) => number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = list[middle];
    if (other !== undefined && compare(other, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** As `compareCheckpoints` of the model. */
export const ascendingCheckpoints = (a: Checkpoint, b: Checkpoint): number => a.epoch - b.epoch || a.step - b.step;
export const ascendingEpochs = (a: { epoch: number }, b: { epoch: number }): number => a.epoch - b.epoch;
export const descendingEpochs = (a: { epoch: number }, b: { epoch: number }): number => b.epoch - a.epoch;
export const descendingCheckpoints = (a: Checkpoint, b: Checkpoint): number => ascendingCheckpoints(b, a);
