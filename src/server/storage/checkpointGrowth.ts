import { type Checkpoint, checkpointKey } from '../../model/checkpoints.ts';
import type { NewPrediction } from './storage.ts';

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
