import type { PredictionStore } from '../watch/predictionStore.ts';
import type { Prediction } from '../wire/prediction.ts';
import type { Rows } from './rows.ts';

/** Rows read at once: so many are in memory at a time, however many there are. */
const chunk = 5000;

/** Rows as they stood at one moment, read as they are written. */
export interface ExportRows {
  readonly count: number;
  /** Reads them from the first; can be called again. */
  read(): Generator<Prediction>;
}

/** All rows of a store, the oldest first. */
export function allRows(store: PredictionStore): ExportRows {
  const before = store.arrivals;
  const epochs = store.epochs().map(({ epoch }) => epoch);
  return {
    count: store.size,
    *read() {
      for (const epoch of epochs.toReversed()) {
        const rows = store.countBefore(before, epoch);
        // The store has the newest first.
        for (let end = rows; end > 0; end -= chunk) {
          const start = Math.max(0, end - chunk);
          yield* store.pageBefore(before, epoch, start, end - start).toReversed();
        }
      }
    },
  };
}

/**
 * The rows that a query shows, in its order.
 *
 * @param before an arrival number: what arrives later is left out
 */
export function shownRows(rows: Rows, before: number): ExportRows {
  const count = rows.countBefore(before);
  return {
    count,
    *read() {
      for (let offset = 0; offset < count; offset += chunk) {
        yield* rows.pageBefore(before, offset, Math.min(chunk, count - offset));
      }
    },
  };
}
