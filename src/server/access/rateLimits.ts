import { hash } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../reporting/errors.ts';
import { bearer } from './auth.ts';
import { failuresPerSecond, type Limits, rateWindow } from './limits.ts';

export interface RateLimits {
  /** Counts a request. @throws HttpError 429 when its key or token, or its address without one, has had its share */
  admit(request: FastifyRequest): Promise<void>;
  /** Counts a refused key or token by its address; returns what to answer in place of `error`. */
  refuse(error: HttpError, request: FastifyRequest): Promise<HttpError>;
}

/** Shares are counted in windows of `rateWindow`. A right key is never held up by wrong ones from the same address. */
export async function rateLimits(app: FastifyInstance, { requestsPerSecond }: Limits): Promise<RateLimits> {
  await app.register(rateLimit, { global: false });
  const share = (perSecond: number, keyGenerator: (request: FastifyRequest) => string) =>
    app.createRateLimit({ max: (perSecond * rateWindow) / 1000, timeWindow: rateWindow, keyGenerator });
  const requests = share(requestsPerSecond, credentialName);
  const failures = share(failuresPerSecond, (request) => request.ip);
  return {
    admit: async (request) => {
      const taken = await requests(request);
      if (!taken.isAllowed && taken.isExceeded) {
        throw new HttpError(429, `More than ${requestsPerSecond} requests a second`, retryIn(taken.ttlInSeconds));
      }
    },
    refuse: async (error, request) => {
      const taken = await failures(request);
      if (taken.isAllowed || !taken.isExceeded) return error;
      return new HttpError(429, 'Too many requests with a wrong key or token', retryIn(taken.ttlInSeconds));
    },
  };
}

function retryIn(seconds: number) {
  return { retryAfter: Math.max(1, seconds) };
}

/** A name for what the request says to prove its right; not the secret itself, which is held nowhere. */
function credentialName({ headers, ip }: FastifyRequest): string {
  const credential = headers['x-api-key'] ?? headers['x-workspace-api-key'] ?? bearer(headers);
  if (credential === undefined) return `address ${ip}`;
  return hash('sha256', credential.toString(), 'base64');
}
