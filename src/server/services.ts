import type { Auth } from './auth.ts';
import type { BodyBudget } from './bodyBudget.ts';
import type { JobTokens } from './jobTokens.ts';
import type { Leases } from './leases.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Prover } from './prover.ts';
import type { Scorer } from './scoring.ts';
import type { Storage } from './storage.ts';
import type { StreamHub } from './streamHub.ts';
import type { Usage } from './usage.ts';

/** What the routes work with. */
export interface Services {
  readonly storage: Storage;
  readonly hub: StreamHub;
  readonly auth: Auth;
  readonly tokens: JobTokens;
  readonly bodies: BodyBudget;
  readonly scorer: Scorer;
  readonly leases: Leases;
  readonly usage: Usage;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly limits: Limits;
  readonly version: string;
  /** This server process, and how it proves to be it. */
  readonly prover: Prover;
}
