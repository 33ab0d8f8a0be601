import type { Job } from '../wire/job.ts';

/** How far a job says that it is; null where it does not say. */
export interface JobProgress {
  /** Whole ones. */
  readonly currentEpoch: number | null;
  readonly totalEpochs: number | null;
  /** Where steps tell more than epochs; null elsewhere. */
  readonly currentStep: number | null;
  readonly totalSteps: number | null;
}

/** @param byEpoch its checkpoints are called by their epochs, as far as that is known */
export function progressOf(job: Job | undefined, byEpoch: boolean): JobProgress {
  const totalEpochs = job?.total_epochs ?? null;
  // Of a run of one epoch the epoch says nothing.
  const hasSteps = !byEpoch || (totalEpochs !== null && totalEpochs <= 1);
  return {
    // Trainers count parts of an epoch too.
    currentEpoch: job?.current_epoch == null ? null : Math.floor(job.current_epoch),
    totalEpochs,
    currentStep: hasSteps ? (job?.current_step ?? null) : null,
    totalSteps: hasSteps ? (job?.total_steps ?? null) : null,
  };
}
