import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CheckpointScores, CheckpointSums } from '../../model/checkpointScores.ts';
import { addRow, type EpochStatistics, emptyStatistics, scoredRow } from '../../model/epochStatistics.ts';
import { LiveRows } from '../../model/restarts.ts';
import type { Prediction } from '../../wire/prediction.ts';
import type { JobRecord, PredictionsRead, Storage, StoredCheckpoint, SummaryOf } from '../storage/storage.ts';

/** Time after which others on this thread get a turn, in ms. */
export const turn = 5;

/** What is told of a checkpoint; of its rows and samples, those that are not superseded. */
export interface AddedUp extends CheckpointScores {
  /** What they add to their epoch; absent where no row of the job can be superseded, and the epochs are counted anyway. */
  readonly rows?: EpochStatistics;
}

/**
 * Adds a checkpoint up from its rows. Where some of them were written anew they are read twice, as the largest revision
 * may come last.
 *
 * @param upTo sequence number of the last row
 */
export async function addUp(
  storage: Storage,
  job: JobRecord,
  { epoch, step, predictionCount }: StoredCheckpoint,
  upTo: number,
  { isNamed, liveFrom }: Pick<SummaryOf, 'isNamed' | 'liveFrom'>,
): Promise<AddedUp> {
  const read = { order: 'sample', epoch, step, after: 0, upTo, limit: predictionCount } as const;
  if (liveFrom === null) {
    const sums = new CheckpointSums(isNamed);
    await eachRow(storage, job, read, (row) => sums.add(row));
    return sums.summary();
  }
  const live = new LiveRows(liveFrom);
  for (;;) {
    const sums = new CheckpointSums(isNamed);
    const rows = emptyStatistics(epoch);
    let isWhole = true;
    await eachRow(storage, job, read, (row) => {
      if (live.learn(row)) isWhole = false;
      if (!isWhole || !live.has(row)) return;
      sums.add(row);
      addRow(rows, scoredRow(row));
    });
    if (isWhole) return { ...sums.summary(), rows };
  }
}

async function eachRow(
  storage: Storage,
  job: JobRecord,
  read: PredictionsRead & { readonly epoch: number; readonly step: number },
  take: (row: Prediction) => void,
): Promise<void> {
  const { epoch, step } = read;
  let end = performance.now() + turn;
  for await (const rows of storage.predictions(job, read)) {
    for (const { content } of rows) take({ ...(JSON.parse(content) as Prediction), epoch, step });
    if (performance.now() < end) continue;
    await nextTurn();
    end = performance.now() + turn;
  }
}
