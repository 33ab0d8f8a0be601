import { isActive } from '../../wire/job.ts';
import type { Log } from '../reporting/log.ts';
import type { JobSize, Storage } from '../storage/storage.ts';

/** What is kept. Nothing is removed for a limit that is undefined. */
export interface RetentionLimits {
  /** Days for which an ended job is kept after its last sign of life. */
  readonly days: number | undefined;
  /** Bytes that all jobs may take together, about. */
  readonly bytes: number | undefined;
}

/** Time between two looks, in ms. */
const interval = 5 * 60_000;
const dayMs = 24 * 3_600_000;

/**
 * The jobs to remove now: whole ones, and none that may still run.
 *
 * @param jobs all there are, the longest silent first
 * @param now in ms
 */
export function expiredJobs(jobs: readonly JobSize[], limits: RetentionLimits, now: number): JobSize[] {
  const { days = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY } = limits;
  let total = jobs.reduce((sum, job) => sum + job.bytes, 0);
  return jobs.filter((job) => {
    const isTooOld = now - Date.parse(job.aliveAt) > days * dayMs;
    if (isActive(job.status) || !(isTooOld || total > bytes)) return false;
    total -= job.bytes;
    return true;
  });
}

/** Removes what the limits say, now and every few minutes. @returns the way to stop; resolves when no look is under way */
export function startRetention(storage: Storage, limits: RetentionLimits, log: Log): () => Promise<void> {
  if (limits.days === undefined && limits.bytes === undefined) return async () => {};
  let stopped = false;
  const look = async () => {
    for (const job of expiredJobs(await storage.jobSizes(), limits, Date.now())) {
      if (stopped) return;
      const removed = await storage.deleteJob(job.userId, job.id, job);
      if (removed) log.info({ job: job.id, bytes: job.bytes, aliveAt: job.aliveAt }, 'removed by retention');
    }
  };
  let looking: Promise<void> | undefined;
  const lookOnce = () => {
    looking ??= look()
      .catch((error: unknown) => log.error({ err: error }, 'Retention could not look at the jobs'))
      .finally(() => {
        looking = undefined;
      });
  };
  const timer = setInterval(lookOnce, interval);
  lookOnce();
  return async () => {
    stopped = true;
    clearInterval(timer);
    await looking;
  };
}
