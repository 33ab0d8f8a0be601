import { countMark, type EpochChanges, type Mark, noChanges } from '../model/marks.ts';
import type { SampleHistory } from './sampleHistory.ts';

/** Keeps the counts of all epochs while rows arrive in any order; a row touches two epochs at most. */
export class EpochChangesCounter {
  readonly #epochs = new Map<number, EpochChanges>();

  get(epoch: number): EpochChanges {
    return this.#epochs.get(epoch) ?? noChanges(epoch);
  }

  /**
   * Adds a row of an epoch to the history of its sample, and what changes by it to the counts. Where it throws, the
   * counts are as they were.
   */
  add(row: number, epoch: number, history: SampleHistory): void {
    const next = history.epochAfter(epoch);
    const own = this.#countsOf(epoch);
    const following = next === undefined ? undefined : this.#countsOf(next);
    const [ownBefore, nextBefore] = [markOf(epoch, history), markOf(next, history)];
    history.answers.insert(row);
    const [ownAfter, nextAfter] = [markOf(epoch, history), markOf(next, history)];
    // From here on nothing can fail.
    countMark(own, ownBefore, -1);
    countMark(own, ownAfter, 1);
    if (following === undefined) return;
    countMark(following, nextBefore, -1);
    countMark(following, nextAfter, 1);
  }

  clear(): void {
    this.#epochs.clear();
  }

  #countsOf(epoch: number): EpochChanges {
    const changes = this.get(epoch);
    this.#epochs.set(epoch, changes);
    return changes;
  }
}

/** How an epoch's answer is marked; null where it has none, or no mark. */
function markOf(epoch: number | undefined, history: SampleHistory): Mark | null {
  const answer = epoch === undefined ? undefined : history.ofEpoch(epoch);
  return answer === undefined ? null : history.mark(answer);
}
