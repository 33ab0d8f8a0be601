import type { HeldPrediction, PredictionStore } from '../watch/predictionStore.ts';
import { insert } from '../watch/sortedList.ts';
import type { Prediction } from '../wire/prediction.ts';
import { comparator, isPlain, matcher, type TableQuery } from './tableQuery.ts';

/** The rows that a query shows. `before` is an arrival number: rows as they stood then. */
export interface Rows {
  /** Takes in what arrived, for at most `budget` ms. @returns whether that was all */
  advance(budget: number): boolean;
  count(): number;
  countBefore(before: number): number;
  page(offset: number, limit: number): Prediction[];
  pageBefore(before: number, offset: number, limit: number): Prediction[];
}

export function rowsOf(store: PredictionStore, query: TableQuery): Rows {
  return isPlain(query) ? new StoreRows(store, query.epoch) : new FilteredRows(store, query);
}

/** What the store keeps in order anyway: an arrival costs nothing here. */
class StoreRows implements Rows {
  readonly #store: PredictionStore;
  readonly #epoch: number | null;

  constructor(store: PredictionStore, epoch: number | null) {
    this.#store = store;
    this.#epoch = epoch;
  }

  advance(): boolean {
    return true;
  }

  count(): number {
    return this.#store.count(this.#epoch);
  }

  countBefore(before: number): number {
    return this.#store.countBefore(before, this.#epoch);
  }

  page(offset: number, limit: number): Prediction[] {
    return this.#store.page(this.#epoch, offset, limit);
  }

  pageBefore(before: number, offset: number, limit: number): Prediction[] {
    return this.#store.pageBefore(before, this.#epoch, offset, limit);
  }
}

/** Rows looked at between two looks at the clock. */
const stride = 256;
/** So many rows at once are put in their places one by one; more are sorted. */
const few = 64;

/** Any other query: every row is looked at once, and those that pass are kept in order. */
class FilteredRows implements Rows {
  readonly #store: PredictionStore;
  readonly #query: TableQuery;
  readonly #matches: (row: Prediction) => boolean;
  readonly #compare: (a: HeldPrediction, b: HeldPrediction) => number;
  #rows: HeldPrediction[] = [];
  /** The arrival number up to which rows were looked at. */
  #seen = 0;
  #sorted = true;

  constructor(store: PredictionStore, query: TableQuery) {
    this.#store = store;
    this.#query = query;
    this.#matches = matcher(query, store);
    const compare = comparator(query);
    this.#compare = (a, b) => compare(a.row, b.row);
  }

  advance(budget: number): boolean {
    const end = performance.now() + budget;
    let arrived = this.#store.arrivedSince(this.#seen);
    // An older answer can change how a newer one compares: which rows regressed has to be asked again.
    if (this.#query.regressedOnly && arrived.some(({ row }) => this.#store.hasLaterAnswer(row))) {
      this.#rows = [];
      arrived = this.#store.arrivedSince(0);
    }
    const added: HeldPrediction[] = [];
    let index = 0;
    while (index < arrived.length && (index % stride !== 0 || performance.now() < end)) {
      const held = arrived[index];
      index += 1;
      if (held === undefined) break;
      this.#seen = held.arrival + 1;
      if (this.#matches(held.row)) added.push(held);
    }
    if (added.length <= few && this.#sorted) for (const held of added) insert(this.#rows, held, this.#compare);
    else {
      for (const held of added) this.#rows.push(held);
      this.#sorted = false;
    }
    return index >= arrived.length;
  }

  count(): number {
    return this.#rows.length;
  }

  countBefore(before: number): number {
    return this.#rows.reduce((count, { arrival }) => (arrival < before ? count + 1 : count), 0);
  }

  page(offset: number, limit: number): Prediction[] {
    return this.#inOrder()
      .slice(offset, offset + limit)
      .map(({ row }) => row);
  }

  pageBefore(before: number, offset: number, limit: number): Prediction[] {
    const page: Prediction[] = [];
    let skip = offset;
    for (const { row, arrival } of this.#inOrder()) {
      if (arrival >= before) continue;
      if (skip > 0) skip -= 1;
      else page.push(row);
      if (page.length >= limit) break;
    }
    return page;
  }

  #inOrder(): HeldPrediction[] {
    if (!this.#sorted) this.#rows.sort(this.#compare);
    this.#sorted = true;
    return this.#rows;
  }
}
