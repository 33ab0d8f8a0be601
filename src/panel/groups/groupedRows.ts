import { float64, int32, uint8 } from '../../store/column.ts';
import type { PredictionStore } from '../../store/predictionStore.ts';
import { SortedRows } from '../../store/sortedRows.ts';
import { isScoreColumn, scoreOfColumn } from '../initialView.ts';
import {
  comparator,
  compareValues,
  fulfils,
  meanOf,
  partOf,
  type Rows,
  type TableQuery,
  textMatcher,
} from '../tableQuery.ts';

/** Rows looked at between two looks at the clock. */
const stride = 16;

/** Completions mostly follow each other, and a group is looked at once for all of them; so many groups at once. */
const mostTouched = 32;

/** Where a group stands. */
interface Place {
  /** The newest of its rows, by which it is ordered where no mean of its decides. */
  readonly leader: number;
  /** Mean of the score by which groups are sorted; NaN where none has it. */
  readonly value: number;
  readonly isShown: boolean;
}

/**
 * One line a sample and checkpoint: a group of completions stands for its rows. It is named by that of them which
 * arrived first, which stays the first whatever arrives; where rows are put to other samples or superseded, all groups
 * are found anew by whoever asks for them. A group is shown if its means fit the conditions, and one of its completions
 * holds the text.
 */
export class GroupedRows implements Rows {
  readonly #store: PredictionStore;
  readonly #query: TableQuery;
  readonly #holds: ((row: number) => boolean) | null;
  readonly #sortedBy: string | null;
  readonly #direction: number;
  readonly #compareLeaders: (a: number, b: number) => number;

  /** One more than the number of a row's group; groups are numbered as their first rows arrived. */
  readonly #groups = int32();
  #count = 0;
  // By group.
  readonly #firsts = int32();
  readonly #leaders = int32();
  readonly #values = float64();
  readonly #shown = uint8();
  /** One more than the first row that holds the text; 0 while there is none. */
  readonly #found = int32();
  /** The same of rows whose validation failed. */
  readonly #invalid = int32();

  /** The groups that are shown. */
  readonly #ordered: SortedRows;
  /** The same in their order of arrival. */
  readonly #arrived: number[] = [];
  /** Groups that have to be looked at again. */
  readonly #touched = new Set<number>();
  /** The first row that was not looked at. */
  #next = 0;
  /** Rows before this one were there at the beginning. */
  readonly #settled: number;
  /** Where groups stood at the end that was asked for last, as far as rows since then touched them. */
  #past: { end: number; next: number; places: Map<number, Place> } | null = null;

  constructor(store: PredictionStore, query: TableQuery) {
    const { sort, search } = query;
    this.#store = store;
    this.#query = query;
    this.#holds = search === '' ? null : textMatcher(search, store);
    this.#sortedBy = sort !== null && isScoreColumn(sort.column) ? scoreOfColumn(sort.column) : null;
    this.#direction = sort?.descending ? -1 : 1;
    this.#compareLeaders = comparator(this.#sortedBy === null ? query : { ...query, sort: null }, store);
    this.#ordered = new SortedRows((a, b) =>
      this.#compare(this.#values.get(a), this.#leaders.get(a), this.#values.get(b), this.#leaders.get(b)),
    );
    this.#settled = store.size;
  }

  advance(budget: number): boolean {
    const end = performance.now() + budget;
    const { size } = this.#store;
    for (let looked = 0; this.#next < size; looked += 1) {
      if (looked % stride === stride - 1 && performance.now() >= end) break;
      this.#take(this.#next);
      this.#next += 1;
      if (this.#touched.size >= mostTouched) this.#settleAll();
    }
    this.#settleAll();
    return this.#next === size;
  }

  count(): number {
    return this.#arrived.length;
  }

  countBefore(before: number): number {
    const end = this.#store.rowSince(before);
    if (end >= this.#next) return this.count();
    let count = this.#placeOf(end);
    for (const [group, { isShown }] of this.#before(end)) count += Number(isShown) - this.#shown.get(group);
    return count;
  }

  page(offset: number, limit: number): number[] {
    return this.pageBefore(this.#store.arrivals, offset, limit);
  }

  pageBefore(before: number, offset: number, limit: number): number[] {
    const end = this.#store.rowSince(before);
    const page: number[] = [];
    let skip = offset;
    for (const group of end >= this.#next ? this.#ordered.from(0) : this.#orderBefore(end)) {
      if (page.length >= limit) break;
      if (skip > 0) skip -= 1;
      else page.push(this.#firsts.get(group));
    }
    return page;
  }

  rowsBefore(before: number): number[] {
    const end = this.#store.rowSince(before);
    const groups = this.pageBefore(before, 0, Number.POSITIVE_INFINITY);
    return groups.flatMap((first) => this.#store.group(first).filter((row) => row < end));
  }

  #take(row: number): void {
    const store = this.#store;
    if (!this.#query.superseded && store.isSuperseded(row)) return;
    // All rows of a group are of one checkpoint.
    if (store.isOf(row, partOf(this.#query))) this.#takeIn(row);
    if (!this.#query.regressedOnly || row < this.#settled) return;
    // An older answer came late: it is what these are held against now.
    for (const next of store.nextAnswers(row)) {
      const other = this.#groups.get(next);
      if (other > 0) this.#touched.add(other - 1);
    }
  }

  #takeIn(row: number): void {
    const store = this.#store;
    const group = this.#groupOf(row);
    this.#groups.set(row, group + 1);
    this.#touched.add(group);
    if (this.#holds !== null && this.#found.get(group) === 0 && this.#holds(row)) this.#found.set(group, row + 1);
    if (this.#query.invalidOnly && this.#invalid.get(group) === 0 && store.table.validationPass(row) === false) {
      this.#invalid.set(group, row + 1);
    }
  }

  #groupOf(row: number): number {
    // Completions mostly follow each other.
    const before = row === 0 ? 0 : this.#groups.get(row - 1);
    if (before > 0 && this.#store.areOneGroup(row - 1, row)) return before - 1;
    for (const other of this.#store.group(row)) {
      const group = other < row ? this.#groups.get(other) : 0;
      if (group > 0) return group - 1;
    }
    const made = this.#count;
    this.#count += 1;
    this.#firsts.set(made, row);
    return made;
  }

  #settleAll(): void {
    for (const group of this.#touched) this.#settle(group);
    this.#touched.clear();
  }

  /** Puts a group where it belongs by now. */
  #settle(group: number): void {
    const { leader, value, isShown } = this.#placeAt(group, this.#next);
    if (this.#shown.get(group) === 1) {
      const isSame = leader === this.#leaders.get(group) && Object.is(value, this.#values.get(group));
      if (isShown && isSame) return;
      // It is found by what it was put in by.
      this.#ordered.delete(group);
    }
    if (isShown !== (this.#shown.get(group) === 1)) {
      const place = this.#placeOf(this.#firsts.get(group));
      this.#arrived.splice(place, isShown ? 0 : 1, ...(isShown ? [group] : []));
    }
    this.#leaders.set(group, leader);
    this.#values.set(group, value);
    this.#shown.set(group, Number(isShown));
    if (isShown) this.#ordered.insert(group);
  }

  /** Where a group stands by its rows before `end`, of which it has one. */
  #placeAt(group: number, end: number): Place {
    const store = this.#store;
    const first = this.#firsts.get(group);
    const { conditions, source, invalidOnly, regressedOnly } = this.#query;
    const rows = store.group(first).filter((row) => row < end);
    const isIn = (from: number): boolean => from > 0 && from <= end;
    const isShown =
      (source === null || store.table.source(first) === source) &&
      conditions.every((condition) => fulfils(meanOf(store, rows, condition.score), condition)) &&
      (!invalidOnly || isIn(this.#invalid.get(group))) &&
      (!regressedOnly || store.mark(first) === 'worse') &&
      (this.#holds === null || isIn(this.#found.get(group)));
    const value = this.#sortedBy === null ? Number.NaN : meanOf(store, rows, this.#sortedBy);
    return { leader: rows.at(-1) ?? first, value, isShown };
  }

  /** The groups that rows from `end` on touched and that were there before, as they stood then. */
  #before(end: number): ReadonlyMap<number, Place> {
    let past = this.#past;
    if (past?.end !== end) past = { end, next: end, places: new Map() };
    for (; past.next < this.#next; past.next += 1) {
      const group = this.#groups.get(past.next) - 1;
      if (group < 0 || past.places.has(group) || this.#firsts.get(group) >= end) continue;
      past.places.set(group, this.#placeAt(group, end));
    }
    this.#past = past;
    return past.places;
  }

  /** The groups that were shown at `end`, as they were ordered then. */
  *#orderBefore(end: number): Generator<number> {
    const places = this.#before(end);
    const moved = [...places]
      .filter(([, { isShown }]) => isShown)
      .sort(([, a], [, b]) => this.#compare(a.value, a.leader, b.value, b.leader));
    let next = 0;
    for (const group of this.#ordered.from(0)) {
      if (this.#firsts.get(group) >= end || places.has(group)) continue;
      const [value, leader] = [this.#values.get(group), this.#leaders.get(group)];
      for (let held = moved[next]; held !== undefined; held = moved[next]) {
        if (this.#compare(held[1].value, held[1].leader, value, leader) > 0) break;
        yield held[0];
        next += 1;
      }
      yield group;
    }
    for (const [group] of moved.slice(next)) yield group;
  }

  #compare(aValue: number, aLeader: number, bValue: number, bLeader: number): number {
    const byValue = this.#sortedBy === null ? 0 : compareValues(aValue, bValue, this.#direction);
    return byValue || this.#compareLeaders(aLeader, bLeader);
  }

  /** How many of the groups that are shown arrived before `row`. */
  #placeOf(row: number): number {
    let low = 0;
    let high = this.#arrived.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#firsts.get(this.#arrived[middle] ?? 0) < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
