/** What one server takes, so that no one client can take it away from the others. */
export interface Limits {
  /** Open event streams of one user. */
  readonly maxStreams: number;
  /** Largest request body, in bytes. */
  readonly bodyBytes: number;
  /** What the bodies of all requests may take in memory together, in bytes; at least four times the largest body. */
  readonly bodyMemory: number;
  /** Open connections; half of them from one address. */
  readonly maxConnections: number;
  /** Requests a second under one key or token, on average over `rateWindow`. */
  readonly requestsPerSecond: number;
  /** Time in which a request must have arrived, in ms. */
  readonly requestTimeout: number;
}

/**
 * Four trainers that each send 100 predictions a second one by one make 400 requests a second; one SQLite file commits
 * about 2,000 batches a second at best. So no training meets the rate, and no key can crowd out all others.
 */
export const defaultLimits: Limits = {
  maxStreams: 2000,
  bodyBytes: 32 * 1024 * 1024,
  bodyMemory: 256 * 1024 * 1024,
  maxConnections: 10_000,
  requestsPerSecond: 2000,
  requestTimeout: 120_000,
};

/** Imports that one server takes at once, and those of one user: each holds a table of its ids. */
export const mostImports = { inAll: 8, ofUser: 4 };

/** Time over which rates are averaged, in ms; the longest that `Retry-After` says. */
export const rateWindow = 10_000;

/** Refused keys and tokens a second from one address, on average over `rateWindow`. */
export const failuresPerSecond = 20;
