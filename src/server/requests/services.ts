import type { Auth } from '../access/auth.ts';
import type { BodyBudget } from '../access/bodyBudget.ts';
import type { JobTokens } from '../access/jobTokens.ts';
import type { Limits } from '../access/limits.ts';
import type { Prover } from '../access/prover.ts';
import type { Log } from '../reporting/log.ts';
import type { Metrics } from '../reporting/metrics.ts';
import type { Scorer } from '../scoring/scoring.ts';
import type { Storage } from '../storage/storage.ts';
import type { JobListHub } from '../streams/jobListHub.ts';
import type { StreamHub } from '../streams/streamHub.ts';
import type { CheckpointSummaries } from '../upkeep/checkpointSummaries.ts';
import type { Leases } from '../upkeep/leases.ts';
import type { Usage } from '../upkeep/usage.ts';

/** What the routes work with. */
export interface Services {
  readonly storage: Storage;
  readonly hub: StreamHub;
  readonly jobLists: JobListHub;
  readonly auth: Auth;
  readonly tokens: JobTokens;
  readonly bodies: BodyBudget;
  readonly scorer: Scorer;
  readonly summaries: CheckpointSummaries;
  readonly leases: Leases;
  readonly usage: Usage;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly limits: Limits;
  readonly version: string;
  /** This server process, and how it proves to be it. */
  readonly prover: Prover;
}
