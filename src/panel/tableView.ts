import type { PredictionStore } from '../watch/predictionStore.ts';
import type { Prediction } from '../wire/prediction.ts';
import { cellCharacters, type HostMessageOf, type Row, type ViewState } from './protocol.ts';

/**
 * The page of predictions that one panel shows. A held page stays as it was at one arrival number, whatever comes
 * after: rows that arrived later are counted as new and wait.
 */
export class TableView {
  readonly #store: PredictionStore;
  #state: ViewState;
  /** The arrival number that the page is held at, and how many rows the filter showed by then; null: live. */
  #held: { before: number; total: number; life: number } | null = null;

  constructor(store: PredictionStore, state: ViewState) {
    this.#store = store;
    this.#state = state;
  }

  /** @param version the version on the reader's screen, to hold just that; null before there was one */
  show(state: ViewState, version: number | null): void {
    const stays = this.#held !== null && state.hold && state.epoch === this.#state.epoch;
    this.#state = state;
    if (stays) return;
    this.#held = null;
    if (state.hold) this.#holdAt(Math.min(version ?? this.#store.arrivals, this.#store.arrivals));
  }

  /** Lets the rows in that waited. */
  showNew(): void {
    if (this.#held !== null) this.#holdAt(this.#store.arrivals);
  }

  page(): HostMessageOf<'page'> {
    // Rows of an earlier life of the job are gone: there is nothing left to hold.
    if (this.#held !== null && this.#held.life !== this.#store.life) this.#holdAt(this.#store.arrivals);
    const { epoch, pageSize } = this.#state;
    const all = this.#store.count(epoch);
    const total = this.#held?.total ?? all;
    const offset = Math.min(this.#state.offset, Math.max(0, Math.ceil(total / pageSize) - 1) * pageSize);
    const rows =
      this.#held === null
        ? this.#store.page(epoch, offset, pageSize)
        : this.#store.pageBefore(this.#held.before, epoch, offset, pageSize);
    return {
      type: 'page',
      version: this.#held?.before ?? this.#store.arrivals,
      held: this.#held !== null,
      offset,
      rows: rows.map(toRow),
      total,
      newRows: Math.max(0, all - total),
      epochs: this.#store.epochs(),
    };
  }

  #holdAt(before: number): void {
    this.#held = { before, total: this.#store.countBefore(before, this.#state.epoch), life: this.#store.life };
  }
}

function toRow(row: Prediction): Row {
  return {
    id: row.id,
    epoch: row.epoch,
    step: row.step,
    sampleIndex: row.sample_index,
    prompt: cell(row.prompt),
    groundTruth: row.ground_truth == null ? null : cell(row.ground_truth),
    prediction: cell(row.prediction),
    charErrorRate: row.char_error_rate ?? null,
    exactMatch: row.exact_match ?? null,
    validationPass: row.validation_pass ?? null,
  };
}

function cell(text: string): string {
  return text.length > cellCharacters ? text.slice(0, cellCharacters) : text;
}
