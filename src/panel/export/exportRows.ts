import type { PredictionStore } from '../../store/predictionStore.ts';
import type { RowTable } from '../../store/rowTable.ts';
import type { Prediction } from '../../wire/prediction.ts';
import type { Rows } from '../tableQuery.ts';

/** Rows as they stood at one moment, read as they are written. */
export interface ExportRows {
  readonly count: number;
  /** Reads them from the first; can be called again. @throws TextsLostError */
  read(): Generator<Prediction>;
}

/** All rows of a store, the oldest first. */
export function allRows(store: PredictionStore): ExportRows {
  return readLater(store.rows(null, 0, store.size).reverse(), store.table);
}

/**
 * The rows that the lines of a query stand for, in its order.
 *
 * @param before an arrival number: what arrives later is left out
 */
export function shownRows(rows: Rows, before: number, store: PredictionStore): ExportRows {
  return readLater(rows.rowsBefore(before), store.table);
}

function readLater(rows: readonly number[], table: RowTable): ExportRows {
  const numbers = Int32Array.from(rows);
  return {
    count: numbers.length,
    *read() {
      for (const row of numbers) yield table.read(row);
    },
  };
}
