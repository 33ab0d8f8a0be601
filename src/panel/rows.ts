import type { Part } from '../store/checkpointIndex.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import { SortedRows } from '../store/sortedRows.ts';
import { GroupedRows } from './groups/groupedRows.ts';
import { comparator, isPlain, matcher, partOf, type Rows, type TableQuery } from './tableQuery.ts';

export function rowsOf(store: PredictionStore, query: TableQuery): Rows {
  if (query.grouped) return new GroupedRows(store, query);
  return isPlain(query, store) ? new StoreRows(store, partOf(query)) : new FilteredRows(store, query);
}

/** What the store keeps in order anyway: an arrival costs nothing here. */
class StoreRows implements Rows {
  readonly #store: PredictionStore;
  readonly #part: Part;

  constructor(store: PredictionStore, part: Part) {
    this.#store = store;
    this.#part = part;
  }

  advance(): boolean {
    return true;
  }

  count(): number {
    return this.#store.count(this.#part);
  }

  countBefore(before: number): number {
    return this.#store.countBefore(before, this.#part);
  }

  page(offset: number, limit: number): number[] {
    return this.#store.rows(this.#part, offset, limit);
  }

  pageBefore(before: number, offset: number, limit: number): number[] {
    return this.#store.rowsBefore(before, this.#part, offset, limit);
  }

  rowsBefore(before: number): number[] {
    return this.pageBefore(before, 0, Number.POSITIVE_INFINITY);
  }
}

/** Rows looked at between two looks at the clock. */
const stride = 16;

/** Any other query: every row is looked at once, and those that pass are kept in order. */
class FilteredRows implements Rows {
  readonly #store: PredictionStore;
  readonly #matches: (row: number) => boolean;
  /** Whether a row can stop or begin to pass by what arrives later. */
  readonly #canChange: boolean;
  readonly #ordered: SortedRows;
  /** In their order of arrival. */
  readonly #arrived: number[] = [];
  /** The first row that was not looked at. */
  #next = 0;
  /** Rows before this one were there at the beginning. */
  readonly #settled: number;

  constructor(store: PredictionStore, query: TableQuery) {
    this.#store = store;
    this.#matches = matcher(query, store);
    this.#canChange = query.regressedOnly;
    this.#ordered = new SortedRows(comparator(query, store));
    this.#settled = store.size;
  }

  advance(budget: number): boolean {
    const end = performance.now() + budget;
    const { size } = this.#store;
    for (let looked = 0; this.#next < size; looked += 1) {
      if (looked % stride === stride - 1 && performance.now() >= end) return false;
      const row = this.#next;
      if (this.#matches(row)) {
        this.#arrived.push(row);
        this.#ordered.insert(row);
      }
      this.#next += 1;
      if (this.#canChange && row >= this.#settled) this.#askAgain(this.#store.nextAnswers(row));
    }
    return true;
  }

  count(): number {
    return this.#arrived.length;
  }

  countBefore(before: number): number {
    return this.#placeOf(this.#store.rowSince(before));
  }

  page(offset: number, limit: number): number[] {
    return this.pageBefore(this.#store.arrivals, offset, limit);
  }

  pageBefore(before: number, offset: number, limit: number): number[] {
    const page: number[] = [];
    const end = this.#store.rowSince(before);
    const isAll = end === this.#store.size;
    let skip = isAll ? 0 : offset;
    for (const row of this.#ordered.from(isAll ? offset : 0)) {
      if (page.length >= limit) break;
      if (row >= end) continue;
      if (skip > 0) skip -= 1;
      else page.push(row);
    }
    return page;
  }

  rowsBefore(before: number): number[] {
    return this.pageBefore(before, 0, Number.POSITIVE_INFINITY);
  }

  /** An older answer came late: it is what these are held against now. */
  #askAgain(rows: Iterable<number>): void {
    for (const row of rows) {
      const place = this.#placeOf(row);
      const isIn = this.#arrived[place] === row;
      if (row >= this.#next || this.#matches(row) === isIn) continue;
      this.#arrived.splice(place, isIn ? 1 : 0, ...(isIn ? [] : [row]));
      if (isIn) this.#ordered.delete(row);
      else this.#ordered.insert(row);
    }
  }

  /** How many of the rows that pass come before `row` in the order of arrival. */
  #placeOf(row: number): number {
    let low = 0;
    let high = this.#arrived.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#arrived[middle] ?? 0) < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
