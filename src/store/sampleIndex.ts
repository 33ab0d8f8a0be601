import type { RowTable } from './rowTable.ts';
import { SampleHistory } from './sampleHistory.ts';

/** A sample with its newest prompt and the number of its answers. */
export interface SampleAnswers {
  sampleIndex: number;
  prompt: string;
  answers: number;
}

/** The rows of a table by sample. */
export class SampleIndex {
  readonly #table: RowTable;
  readonly #samples = new Map<number, SampleHistory>();
  #first: number | null = null;

  constructor(table: RowTable) {
    this.#table = table;
  }

  /** The smallest sample; null while there is none. */
  get first(): number | null {
    return this.#first;
  }

  get(sample: number): SampleHistory | undefined {
    return this.#samples.get(sample);
  }

  /** The history that a row of this sample belongs to; made where there is none yet. */
  of(sample: number): SampleHistory {
    let history = this.#samples.get(sample);
    if (history === undefined) {
      history = new SampleHistory(this.#table);
      this.#samples.set(sample, history);
      this.#first = Math.min(sample, this.#first ?? sample);
    }
    return history;
  }

  /** Takes back the row that was put in last, however far it came. */
  remove(row: number, sample: number): void {
    const answers = this.#samples.get(sample)?.answers;
    answers?.delete(row);
    if (answers?.length !== 0) return;
    this.#samples.delete(sample);
    this.#first = smallest(this.#samples.keys());
  }

  /** Ascending by sample: all of them, or the given ones. */
  answers(samples: Iterable<number> = this.#samples.keys()): SampleAnswers[] {
    return [...samples]
      .sort((a, b) => a - b)
      .map((sampleIndex) => {
        const { answers } = this.of(sampleIndex);
        return { sampleIndex, prompt: this.#table.prompt(answers.at(0) ?? 0), answers: answers.length };
      });
  }
}

function smallest(numbers: Iterable<number>): number | null {
  let found: number | null = null;
  for (const number of numbers) found = Math.min(number, found ?? number);
  return found;
}
