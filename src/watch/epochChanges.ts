import type { Mark, SampleHistory } from './sampleHistory.ts';

/** How many samples of an epoch got better or worse than in the epoch before, or stayed. */
export interface EpochChanges {
  epoch: number;
  improved: number;
  regressed: number;
  unchanged: number;
}

const counterOf = { better: 'improved', worse: 'regressed', same: 'unchanged' } as const;

/** Keeps the counts of all epochs while rows arrive in any order; a row touches two epochs at most. */
export class EpochChangesCounter {
  readonly #epochs = new Map<number, EpochChanges>();

  get(epoch: number): EpochChanges {
    return this.#epochs.get(epoch) ?? { epoch, improved: 0, regressed: 0, unchanged: 0 };
  }

  /** Adds a row of an epoch to the history of its sample, and what changes by it to the counts. */
  add(row: number, epoch: number, history: SampleHistory): void {
    const next = history.epochAfter(epoch);
    this.#count(epoch, history, -1);
    this.#count(next, history, -1);
    history.answers.insert(row);
    this.#count(epoch, history, 1);
    this.#count(next, history, 1);
  }

  clear(): void {
    this.#epochs.clear();
  }

  #count(epoch: number | undefined, history: SampleHistory, by: 1 | -1): void {
    const answer = epoch === undefined ? undefined : history.ofEpoch(epoch);
    const mark: Mark | null = answer === undefined ? null : history.mark(answer);
    if (epoch === undefined || mark === null) return;
    const changes = this.get(epoch);
    changes[counterOf[mark]] += by;
    this.#epochs.set(epoch, changes);
  }
}
