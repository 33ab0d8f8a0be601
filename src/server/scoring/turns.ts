import { setImmediate as nextTurn } from 'node:timers/promises';

/** Time after which others get a turn, in ms. */
const turn = 10;

/** Like `map`, but others on this thread need not wait until all are done: streams, heartbeats, short requests. */
export async function mapInTurns<T, R>(items: readonly T[], map: (item: T, index: number) => R): Promise<R[]> {
  const results: R[] = [];
  let end = performance.now() + turn;
  for (const item of items) {
    results.push(map(item, results.length));
    if (performance.now() < end) continue;
    await nextTurn();
    end = performance.now() + turn;
  }
  return results;
}
