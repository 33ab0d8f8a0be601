import { type Checkpoint, checkpointKey, compareCheckpoints } from '../../model/checkpoints.ts';
import { type RestartFields, restartFrom, restartOf, revisionOf } from '../../model/restarts.ts';
import type { NewPrediction, StoredStart } from './storage.ts';

/** What a batch adds to a checkpoint. */
export interface CheckpointGrowth extends Checkpoint {
  /** Of its first row in the batch. */
  readonly firstSeq: number;
  predictionCount: number;
}

/** The checkpoints in one batch, whose rows get the sequence numbers from `firstSeq` on. */
export function checkpointsOf(rows: readonly NewPrediction[], firstSeq: number): CheckpointGrowth[] {
  const found = new Map<string, CheckpointGrowth>();
  let last: CheckpointGrowth | undefined;
  rows.forEach(({ epoch, step }, index) => {
    if (last === undefined || last.epoch !== epoch || last.step !== step) {
      const key = checkpointKey({ epoch, step });
      last = found.get(key) ?? { epoch, step, firstSeq: firstSeq + index, predictionCount: 0 };
      found.set(key, last);
    }
    last.predictionCount += 1;
  });
  return [...found.values()];
}

/** What of a row says whether it, or others because of it, may be superseded. */
export type SupersedingRow = Pick<NewPrediction, 'start' | 'isRevision'> & Checkpoint;

/** The same of a row as it came; of most rows nothing. */
export function supersedingOf(row: RestartFields): Pick<NewPrediction, 'start' | 'isRevision'> | undefined {
  const [restart, revision] = [restartOf(row), revisionOf(row)];
  if (restart === 0 && revision === 0) return undefined;
  return { start: restart === 0 ? undefined : { restart, from: restartFrom(row) }, isRevision: revision > 0 };
}

/** Whether rows are of later starts or revisions than the first. */
export function areSuperseding(rows: readonly SupersedingRow[]): boolean {
  return rows.some(({ start, isRevision }) => start !== undefined || isRevision === true);
}

/** The starts after the first that rows tell of. */
export function startsOf(rows: readonly SupersedingRow[]): StoredStart[] {
  const found = new Map<number, StoredStart>();
  for (const { start, epoch, step } of rows) {
    if (start === undefined) continue;
    const { restart, from } = start;
    const known = found.get(restart) ?? { restart, from, first: { epoch, step } };
    found.set(restart, {
      restart,
      from: known.from === null || from === null ? (known.from ?? from) : Math.min(known.from, from),
      first: compareCheckpoints({ epoch, step }, known.first) < 0 ? { epoch, step } : known.first,
    });
  }
  return [...found.values()];
}
