import type { Prediction } from '../wire/prediction.ts';
import type { ScoreSummary } from './distribution.ts';
import { SampleSums } from './sampleSums.ts';
import { indexKey, promptKey, type SampleKey, sourceOf } from './samples.ts';
import { compareScoreNames, eachScore, isKnownScore, mostOtherScores } from './scores.ts';

/** What is told of a checkpoint over its samples. */
export interface CheckpointScores {
  readonly samples: number;
  /** Rows. */
  readonly predictions: number;
  /** Of the known scores and the first `mostOtherScores` others by name, in their order. */
  readonly scores: readonly (readonly [name: string, summary: ScoreSummary])[];
}

/** Adds a checkpoint's rows up, in any order. */
export class CheckpointSums {
  readonly #isNamed: boolean;
  readonly #sums = new SampleSums<SampleKey>();
  /** Numbers of the scores that are added up. */
  readonly #numbers = new Map<string, number>();
  /** The names among them that are not of the contract. */
  readonly #others: string[] = [];

  /** @param isNamed whether the job's `prompt_id`s name its samples */
  constructor(isNamed: boolean) {
    this.#isNamed = isNamed;
  }

  add(row: Prediction): void {
    const key = (this.#isNamed ? promptKey(row) : undefined) ?? indexKey(sourceOf(row), row.sample_index);
    const place = this.#sums.addRow(key);
    eachScore(row, (name, value) => {
      const number = this.#numbers.get(name) ?? this.#addName(name);
      if (number !== undefined) this.#sums.add(place, number, value);
    });
  }

  summary(): CheckpointScores {
    const names = [...this.#numbers].sort(([a], [b]) => compareScoreNames(a, b));
    return {
      samples: this.#sums.samples,
      predictions: this.#sums.predictions,
      scores: names.flatMap(([name, number]) => {
        const summary = this.#sums.summary(number);
        return summary === null ? [] : [[name, summary] as const];
      }),
    };
  }

  /**
   * A name that is left out, or that makes room for one before it, never comes back: the names before it only get more. So
   * the first ones are known with all their values, whichever came first.
   */
  #addName(name: string): number | undefined {
    let number = this.#numbers.size;
    if (!isKnownScore(name)) {
      if (this.#others.length === mostOtherScores) {
        const last = this.#others.reduce((largest, other) => (other > largest ? other : largest));
        if (name > last) return undefined;
        number = this.#numbers.get(last) ?? number;
        this.#numbers.delete(last);
        this.#sums.drop(number);
        this.#others.splice(this.#others.indexOf(last), 1);
      }
      this.#others.push(name);
    }
    this.#numbers.set(name, number);
    return number;
  }
}

/** The known scores of a job and its first `mostOtherScores` others by name, in their order. */
export function firstScoreNames(names: Iterable<string>): string[] {
  const all = [...new Set(names)].sort(compareScoreNames);
  const known = all.filter(isKnownScore);
  return [...known, ...all.slice(known.length, known.length + mostOtherScores)];
}
