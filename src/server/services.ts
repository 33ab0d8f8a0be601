import type { Auth } from './auth.ts';
import type { Leases } from './leases.ts';
import type { Log } from './log.ts';
import type { Scorer } from './scoring.ts';
import type { Storage } from './storage.ts';
import type { StreamHub } from './streamHub.ts';
import type { Usage } from './usage.ts';

/** What the routes work with. */
export interface Services {
  readonly storage: Storage;
  readonly hub: StreamHub;
  readonly auth: Auth;
  readonly scorer: Scorer;
  readonly leases: Leases;
  readonly usage: Usage;
  readonly log: Log;
  readonly version: string;
  /** This server process. */
  readonly instance: string;
  /** What the server was told to listen on. */
  readonly host: string;
}
