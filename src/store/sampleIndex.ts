import { compareTexts } from '../model/order.ts';
import { indexKey, type SampleKey } from '../model/samples.ts';
import { int32 } from './column.ts';
import type { PromptIds } from './promptIds.ts';
import type { RowTable } from './rowTable.ts';
import { SampleHistory } from './sampleHistory.ts';
import type { Superseding } from './superseding.ts';

/** A sample with its newest prompt and the number of its answers. */
export interface SampleAnswers {
  key: SampleKey;
  /** The smallest index of its rows. */
  sampleIndex: number;
  source: string;
  prompt: string;
  answers: number;
}

interface Sample {
  readonly key: SampleKey;
  readonly source: string;
  readonly history: SampleHistory;
  smallestIndex: number;
}

/** The rows of a table by sample. */
export class SampleIndex {
  readonly #table: RowTable;
  readonly #superseding: Superseding;
  /** The name that a row gives to its sample, where that tells samples apart. */
  readonly #nameOf: (row: number) => SampleKey | undefined;
  /** How rows are told apart. */
  readonly byPromptId: boolean;
  readonly #samples: Sample[] = [];
  readonly #numbers = new Map<SampleKey, number>();
  readonly #ofRow = int32();
  #first: Sample | undefined;
  /** By source; one that has a place here takes no more memory. */
  readonly #firsts = new Map<string, { first: Sample | undefined }>();
  #lastKey: SampleKey | undefined;
  #areCompletions = false;

  constructor(table: RowTable, superseding: Superseding, promptIds: PromptIds, byPromptId: boolean) {
    this.#table = table;
    this.#superseding = superseding;
    this.byPromptId = byPromptId;
    this.#nameOf = byPromptId ? (row) => promptIds.of(row) : () => undefined;
  }

  /** Some sample has several completions at a checkpoint. */
  get areCompletions(): boolean {
    return this.#areCompletions;
  }

  /** The sample with the smallest index; null while there is none. */
  get first(): SampleKey | null {
    return this.#first?.key ?? null;
  }

  /** The same of one source. */
  firstOf(source: string): SampleKey | null {
    return this.#firsts.get(source)?.first?.key ?? null;
  }

  get(key: SampleKey): SampleHistory | undefined {
    const number = this.#numbers.get(key);
    return number === undefined ? undefined : this.#samples[number]?.history;
  }

  /** The number of a row's sample. */
  numberOf(row: number): number {
    return this.#ofRow.get(row);
  }

  keyOf(row: number): SampleKey {
    return this.#of(row)?.key ?? 0;
  }

  /** The smallest index of the rows of a row's sample: what the sample is called by. */
  sampleIndexOf(row: number): number {
    return this.#of(row)?.smallestIndex ?? 0;
  }

  /** All answers to the sample of a row. */
  historyOf(row: number): SampleHistory | undefined {
    return this.#of(row)?.history;
  }

  /** Finds the sample that a new row belongs to; made where there is none yet. The row is not among its answers then. */
  place(row: number): SampleHistory {
    const key = this.#nameOf(row) ?? indexKey(this.#table.source(row), this.#table.sample(row));
    this.#lastKey = key;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#samples.length;
      this.#numbers.set(key, number);
      const source = this.#table.source(row);
      if (!this.#firsts.has(source)) this.#firsts.set(source, { first: undefined });
      const history = new SampleHistory(this.#table, this.#superseding);
      this.#samples.push({ key, source, history, smallestIndex: Number.POSITIVE_INFINITY });
    }
    this.#ofRow.set(row, number);
    return (this.#samples[number] as Sample).history;
  }

  /** The row is among the answers now. Nothing of this can fail. */
  settle(row: number): void {
    const sample = this.#of(row);
    if (sample === undefined) return;
    sample.smallestIndex = Math.min(sample.smallestIndex, this.#table.sample(row));
    if (isBefore(sample, this.#first)) this.#first = sample;
    const ofSource = this.#firsts.get(sample.source);
    if (ofSource !== undefined && isBefore(sample, ofSource.first)) ofSource.first = sample;
    if (!this.#areCompletions) this.#areCompletions = sample.history.hasFellow(row);
  }

  /** Takes back the row that was put in last and not settled, however far it came. */
  remove(row: number): void {
    const key = this.#lastKey;
    const number = key === undefined ? undefined : this.#numbers.get(key);
    if (key === undefined || number === undefined) return;
    const answers = this.#samples[number]?.history.answers;
    answers?.delete(row);
    if (answers !== undefined && answers.length > 0) return;
    // A new sample is the last one.
    this.#samples.length = number;
    this.#numbers.delete(key);
  }

  /** Ascending: all of them, or those of the given rows. */
  answers(rows?: Iterable<number>): SampleAnswers[] {
    const samples = rows === undefined ? this.#samples : new Set([...rows].flatMap((row) => this.#of(row) ?? []));
    return [...samples].sort(compareSamples).flatMap(({ key, source, history, smallestIndex }) => {
      const { newest } = history;
      // Of a sample of which all answers are superseded nothing is left.
      if (newest === undefined) return [];
      const prompt = this.#table.prompt(newest);
      return { key, sampleIndex: smallestIndex, source, prompt, answers: history.count };
    });
  }

  /** The source of a sample; undefined where there is no such sample. */
  sourceOf(key: SampleKey): string | undefined {
    const number = this.#numbers.get(key);
    return number === undefined ? undefined : this.#samples[number]?.source;
  }

  #of(row: number): Sample | undefined {
    return this.#samples[this.#ofRow.get(row)];
  }
}

function isBefore(sample: Sample, other: Sample | undefined): boolean {
  return other === undefined || compareSamples(sample, other) < 0;
}

function compareSamples(a: Sample, b: Sample): number {
  return (
    a.smallestIndex - b.smallestIndex || compareTexts(a.source, b.source) || compareTexts(String(a.key), String(b.key))
  );
}
