import { addRow, emptyStatistics } from '../../model/epochStatistics.ts';
import type { NewPrediction, StoredEpoch } from './storage.ts';

/** Statistics of the epochs in one batch, whose rows get the sequence numbers from `firstSeq` on. */
export function epochsOf(rows: readonly NewPrediction[], firstSeq: number): StoredEpoch[] {
  const epochs = new Map<number, StoredEpoch>();
  rows.forEach((row, index) => {
    const epoch = epochs.get(row.epoch) ?? { ...emptyStatistics(row.epoch), firstSeq: firstSeq + index };
    epochs.set(row.epoch, epoch);
    addRow(epoch, row);
  });
  return [...epochs.values()];
}
