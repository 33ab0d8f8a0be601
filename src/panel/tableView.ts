import type { Judge } from '../model/directions.ts';
import type { ReasoningTags } from '../model/reasoning.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import { shownScores, withScores } from './initialView.ts';
import type { CheckpointCount, Page, Row } from './protocol/table.ts';
import type { ViewState } from './protocol/view.ts';
import type { HostMessageOf } from './protocol.ts';
import { rowsOf } from './rows.ts';
import { isSameLine, TableLines } from './tableLines.ts';
import { basisOf, isAllGroups, isSameQuery, queryOf, type Rows, type TableQuery } from './tableQuery.ts';

/** How long a filter works before it lets others work, in ms. */
const slice = 8;

/**
 * The page of predictions that one panel shows. A held page stays as it was at one arrival number, whatever comes
 * after: rows that arrived later are counted as new and wait.
 */
export class TableView {
  readonly #store: PredictionStore;
  readonly #lines: TableLines;
  #state: ViewState;
  /** Lines are groups: what is held keeps its lines when the first group comes. */
  #grouped: boolean;
  #rows: Rows;
  /** What the rows were found by. */
  #basis: readonly unknown[];
  /** All groups, as far as they were found before a filter: to find them among a million rows takes half a second. */
  #allGroups: { readonly rows: Rows; readonly superseded: boolean; readonly basis: readonly unknown[] } | null = null;
  #life: number;
  #searching = false;
  /** A search went on since the last page. */
  #foundOlder = false;
  /** The arrival number that the page is held at, and how many rows the filter showed by then; null: live. */
  #held: { before: number; total: number } | null = null;

  /** The rows whose epochs the reader was told of; null before it was told of any. */
  #toldRows: number | null = null;
  /** The reader knows the checkpoints of these rows. */
  #knowsCheckpoints = false;
  /** The scores whose columns are shown, and what they were found by. */
  #shown: { state: ViewState; names: readonly string[]; judge: Judge | null; scores: readonly string[] } | null = null;
  /** The rows of the last message, by id. */
  #told: ReadonlyMap<string, Row> = new Map();

  /** @param tags what opens and closes reasoning in answers; undefined for the usual ones */
  constructor(
    store: PredictionStore,
    state: ViewState,
    tags: () => readonly ReasoningTags[] | undefined = () => undefined,
  ) {
    this.#store = store;
    this.#lines = new TableLines(store, tags);
    this.#state = state;
    this.#grouped = this.#wantsGroups();
    [this.#rows, this.#basis] = this.#find();
    this.#life = store.life;
  }

  /** A line is a group of completions. */
  get grouped(): boolean {
    return this.#grouped;
  }

  /** What the filters show, in its order. */
  get rows(): Rows {
    return this.#rows;
  }

  /** @param version the version on the reader's screen, to hold just that; null before there was one */
  show(state: ViewState, version: number | null): void {
    const isSame = isSameQuery(state, this.#state);
    const stays = this.#held !== null && state.hold && isSame;
    this.#state = state;
    if (!isSame) {
      this.#grouped = this.#wantsGroups();
      [this.#rows, this.#basis] = this.#find();
    }
    this.work();
    if (stays) return;
    this.#held = null;
    if (state.hold) this.#holdAt(isSame ? Math.min(version ?? this.#store.arrivals, this.#store.arrivals) : null);
  }

  /** Lets the rows in that waited. */
  showNew(): void {
    if (this.#held !== null) this.#holdAt(null);
  }

  /** The reader knows nothing any more: the next message tells of everything. */
  forgetReader(): void {
    this.#toldRows = null;
    this.#knowsCheckpoints = false;
    this.#told = new Map();
  }

  /** Works on the filter for a moment. @returns whether there is more to do */
  work(): boolean {
    if (this.#searching) this.#foundOlder = true;
    this.#renew();
    this.#searching = !this.#rows.advance(slice);
    return this.#searching;
  }

  /** The page, as far as the reader does not know it. */
  message(): HostMessageOf<'page'> {
    const page = this.page();
    const told = this.#told;
    this.#told = new Map(page.rows.map((row) => [row.id, row]));
    return { ...page, type: 'page', rows: page.rows.map((row) => (isSameLine(row, told.get(row.id)) ? row.id : row)) };
  }

  page(): Page {
    this.work();
    const { pageSize } = this.#state;
    // A search that is under way finds rows that were there before: they are not new.
    if (this.#held !== null && this.#foundOlder) this.#holdAt(this.#held.before);
    this.#foundOlder = false;
    const all = this.#rows.count();
    const total = this.#held?.total ?? all;
    const offset = Math.min(this.#state.offset, Math.max(0, Math.ceil(total / pageSize) - 1) * pageSize);
    const rows =
      this.#held === null
        ? this.#rows.page(offset, pageSize)
        : this.#rows.pageBefore(this.#held.before, offset, pageSize);
    const store = this.#store;
    const told = this.#toldRows;
    this.#toldRows = store.size;
    const scores = this.#shownScores();
    return {
      version: this.#held?.before ?? store.arrivals,
      held: this.#held !== null,
      offset,
      rows: this.#lines.of(rows, { scores, grouped: this.#grouped, expanded: this.#state.expanded }),
      total,
      newRows: Math.max(0, all - total),
      // A job has thousands of epochs, of which one or two are new.
      epochs: told === null ? store.epochs() : store.epochsSince(told),
      allEpochs: told === null,
      ...this.#checkpoints(told),
      stored: store.size,
      searching: this.#searching,
      grouped: this.#grouped,
    };
  }

  /** Found anew only where what it hangs on is another: dozens of scores would cost more than a row. */
  #shownScores(): readonly string[] {
    const { scoreNames: names, judge } = this.#store;
    const shown = this.#shown;
    if (shown?.state === this.#state && shown.names === names && shown.judge === judge) return shown.scores;
    const scores = shownScores(withScores(this.#state, names, judge?.name ?? null), names);
    this.#shown = { state: this.#state, names, judge, scores };
    return scores;
  }

  /** @param told the rows whose checkpoints the reader knows, if it knows any */
  #checkpoints(told: number | null): Pick<Page, 'checkpoints' | 'allCheckpoints'> {
    const store = this.#store;
    const knows = this.#knowsCheckpoints && told !== null;
    this.#knowsCheckpoints = !store.checkpointsAreEpochs;
    // As long as they are epochs they are told as such.
    if (store.checkpointsAreEpochs) return { checkpoints: [], allCheckpoints: true };
    const checkpoints: CheckpointCount[] = knows ? store.checkpointsSince(told) : store.checkpoints();
    return { checkpoints, allCheckpoints: !knows };
  }

  /** Rows of an earlier life of the job are gone: there is nothing left to hold. Others may pass by another judge. */
  #renew(): void {
    if (this.#held === null || this.#life !== this.#store.life) this.#grouped = this.#wantsGroups();
    if (isSameBasis(basisOf(this.#query(), this.#store), this.#basis)) return;
    [this.#rows, this.#basis] = this.#find();
    if (this.#life === this.#store.life) {
      // What is held is found again before it is counted.
      this.#foundOlder = true;
      return;
    }
    this.#life = this.#store.life;
    this.#toldRows = null;
    if (this.#held !== null) this.#holdAt(null);
  }

  #find(): [rows: Rows, basis: readonly unknown[]] {
    const query = this.#query();
    const { superseded } = query;
    const basis = basisOf(query, this.#store);
    const known = isAllGroups(query) ? this.#allGroups : null;
    const isKnown = known?.superseded === superseded && isSameBasis(known.basis, basis);
    const rows = isKnown ? known.rows : rowsOf(this.#store, query);
    if (isAllGroups(query)) this.#allGroups = { rows, superseded, basis };
    return [rows, basis];
  }

  #wantsGroups(): boolean {
    return this.#state.group ?? this.#store.hasCompletions;
  }

  #query(): TableQuery {
    return queryOf(this.#state, this.#grouped);
  }

  /** @param before an arrival number; null is now */
  #holdAt(before: number | null): void {
    const at = before ?? this.#store.arrivals;
    this.#held = { before: at, total: this.#rows.countBefore(at) };
  }
}

function isSameBasis(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.every((part, index) => part === b[index]);
}
