import { compareTexts } from '../model/order.ts';
import { indexKey, type SampleKey } from '../model/samples.ts';
import { float64, int32 } from './column.ts';
import type { PromptIds } from './promptIds.ts';
import type { RowTable } from './rowTable.ts';
import { SampleHistory } from './sampleHistory.ts';
import { SortedRows } from './sortedRows.ts';
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

/** A row that was put to its sample and is not settled there. */
interface Placed {
  readonly row: number;
  readonly key: SampleKey;
  readonly sample: number;
  readonly isNew: boolean;
  readonly history: SampleHistory;
}

/**
 * The rows of a table by sample. A sample is a number. One of a single row is nothing but its columns, as a job may ask a
 * million of them once.
 */
export class SampleIndex {
  readonly #table: RowTable;
  readonly #superseding: Superseding;
  /** The name that a row gives to its sample, where that tells samples apart. */
  readonly #nameOf: (row: number) => SampleKey | undefined;
  /** How rows are told apart. */
  readonly byPromptId: boolean;
  readonly #keys: SampleKey[] = [];
  readonly #numbers = new Map<SampleKey, number>();
  /** The row that came first. */
  readonly #firstRows = int32();
  readonly #smallestIndices = float64();
  /** Of samples that have several rows. */
  readonly #histories = new Map<number, SampleHistory>();
  /** All samples, ascending. */
  readonly #ascending = new SortedRows((a, b) => this.#compare(a, b));
  readonly #ofRow = int32();
  /** The first sample by source. */
  readonly #firsts = new Map<string, { first: number | undefined }>();
  #placed: Placed | undefined;
  #areCompletions = false;

  constructor(table: RowTable, superseding: Superseding, promptIds: PromptIds, byPromptId: boolean) {
    this.#table = table;
    this.#superseding = superseding;
    this.byPromptId = byPromptId;
    this.#nameOf = byPromptId ? (row) => promptIds.of(row) : () => undefined;
  }

  get size(): number {
    return this.#ascending.length;
  }

  /** Some sample has several completions at a checkpoint. */
  get areCompletions(): boolean {
    return this.#areCompletions;
  }

  /** The sample with the smallest index; null while there is none. */
  get first(): SampleKey | null {
    const first = this.#ascending.at(0);
    return first === undefined ? null : (this.#keys[first] ?? null);
  }

  /** The same of one source. */
  firstOf(source: string): SampleKey | null {
    const first = this.#firsts.get(source)?.first;
    return first === undefined ? null : (this.#keys[first] ?? null);
  }

  get(key: SampleKey): SampleHistory | undefined {
    const number = this.#numbers.get(key);
    return number === undefined ? undefined : this.#historyOf(number);
  }

  /** The number of a row's sample. */
  numberOf(row: number): number {
    return this.#ofRow.get(row);
  }

  keyOf(row: number): SampleKey {
    return this.#keys[this.numberOf(row)] ?? 0;
  }

  /** The smallest index of the rows of a row's sample: what the sample is called by. */
  sampleIndexOf(row: number): number {
    return this.#smallestIndices.get(this.numberOf(row));
  }

  /** All answers to the sample of a row. */
  historyOf(row: number): SampleHistory | undefined {
    const sample = this.numberOf(row);
    return sample < this.#keys.length ? this.#historyOf(sample) : undefined;
  }

  /** Finds the sample that a new row belongs to; made where there is none yet. The row is not among its answers then. */
  place(row: number): SampleHistory {
    const key = this.#nameOf(row) ?? indexKey(this.#table.source(row), this.#table.sample(row));
    const known = this.#numbers.get(key);
    const sample = known ?? this.#keys.length;
    const history = known === undefined ? this.#emptyHistory() : this.#historyOf(known);
    // What fails from here on is taken back.
    this.#placed = { row, key, sample, isNew: known === undefined, history };
    this.#ofRow.set(row, sample);
    if (known !== undefined) {
      this.#histories.set(sample, history);
      return history;
    }
    const source = this.#table.source(row);
    if (!this.#firsts.has(source)) this.#firsts.set(source, { first: undefined });
    this.#firstRows.set(sample, row);
    this.#smallestIndices.set(sample, this.#table.sample(row));
    this.#numbers.set(key, sample);
    this.#keys.push(key);
    this.#ascending.insert(sample);
    return history;
  }

  /** The row is among the answers now. */
  settle(row: number): void {
    const placed = this.#placed;
    if (placed?.row !== row) return;
    this.#placed = undefined;
    const { sample, isNew, history } = placed;
    if (!isNew) this.#lowerIndex(sample, this.#table.sample(row));
    const ofSource = this.#firsts.get(this.#sourceOf(sample));
    if (ofSource !== undefined && (ofSource.first === undefined || this.#compare(sample, ofSource.first) < 0)) {
      ofSource.first = sample;
    }
    if (!isNew && !this.#areCompletions) this.#areCompletions = history.hasFellow(row);
  }

  /** Takes back the row that was put in last and not settled, however far it came. */
  remove(row: number): void {
    const placed = this.#placed;
    if (placed?.row !== row) return;
    this.#placed = undefined;
    const { key, sample, isNew, history } = placed;
    history.answers.delete(row);
    if (!isNew) {
      if (history.answers.length < 2) this.#histories.delete(sample);
      return;
    }
    // A new sample is the last one.
    if (this.#keys.length > sample) this.#ascending.delete(sample);
    this.#numbers.delete(key);
    this.#keys.length = sample;
  }

  /** Ascending; one of which nothing is left is none. */
  *each(): Generator<SampleAnswers> {
    yield* this.#answersOf(this.#ascending.from(0));
  }

  /** Those of rows, ascending. */
  answers(rows: Iterable<number>): SampleAnswers[] {
    const samples = new Set<number>();
    for (const row of rows) samples.add(this.numberOf(row));
    return [...this.#answersOf([...samples].sort((a, b) => this.#compare(a, b)))];
  }

  /** Those that come before or after a sample, the nearest first. */
  *beside(key: SampleKey, side: 'before' | 'after'): Generator<SampleAnswers> {
    const sample = this.#numbers.get(key);
    if (sample === undefined) return;
    yield* this.#answersOf(
      side === 'before'
        ? this.#ascending.before((other) => this.#compare(other, sample) >= 0)
        : this.#ascending.fromWhere((other) => this.#compare(other, sample) > 0),
    );
  }

  /** Of one sample; undefined where nothing of it is left. */
  answersTo(key: SampleKey): SampleAnswers | undefined {
    const sample = this.#numbers.get(key);
    return sample === undefined ? undefined : this.#answersOf([sample]).next().value;
  }

  /** The source of a sample; undefined where there is no such sample. */
  sourceOf(key: SampleKey): string | undefined {
    const sample = this.#numbers.get(key);
    return sample === undefined ? undefined : this.#sourceOf(sample);
  }

  *#answersOf(samples: Iterable<number>): Generator<SampleAnswers, undefined> {
    for (const sample of samples) {
      const history = this.#historyOf(sample);
      const { newest } = history;
      if (newest === undefined) continue;
      yield {
        key: this.#keys[sample] ?? 0,
        sampleIndex: this.#smallestIndices.get(sample),
        source: this.#sourceOf(sample),
        prompt: this.#table.prompt(newest),
        answers: history.count,
      };
    }
  }

  #historyOf(sample: number): SampleHistory {
    if (this.#placed?.sample === sample) return this.#placed.history;
    const held = this.#histories.get(sample);
    if (held !== undefined) return held;
    const history = this.#emptyHistory();
    history.answers.insert(this.#firstRows.get(sample));
    return history;
  }

  #emptyHistory(): SampleHistory {
    return new SampleHistory(this.#table, this.#superseding);
  }

  #sourceOf(sample: number): string {
    return this.#table.source(this.#firstRows.get(sample));
  }

  #lowerIndex(sample: number, index: number): void {
    if (index >= this.#smallestIndices.get(sample)) return;
    this.#ascending.delete(sample);
    this.#smallestIndices.set(sample, index);
    this.#ascending.insert(sample);
  }

  #compare(a: number, b: number): number {
    const byIndex = this.#smallestIndices.get(a) - this.#smallestIndices.get(b);
    if (byIndex !== 0 || a === b) return byIndex;
    return (
      compareTexts(this.#sourceOf(a), this.#sourceOf(b)) || compareTexts(String(this.#keys[a]), String(this.#keys[b]))
    );
  }
}
