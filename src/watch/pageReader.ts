import { setTimeout as sleep } from 'node:timers/promises';
import { UnreachableError, UnreadableAnswerError } from '../api/errors.ts';
import { maxPageSize, type PredictionsPage } from '../wire/responses.ts';

/** By `after`, a sequence number, or by `offset`. */
export interface PageQuery {
  epoch?: number;
  after?: number;
  limit: number;
  offset?: number;
}

/** Before a page that was cut is read again, in ms. */
const pauses = [200, 500, 1000];
const smallestPage = 10;

/**
 * Reads pages over a network that cuts or stalls large answers: a page that does not arrive is read again, a quarter as
 * large, and those after it grow again.
 */
export class PageReader {
  #size = maxPageSize;

  /** @param page asks for one page; throws ApiError */
  async read(
    query: PageQuery,
    page: (query: PageQuery) => Promise<PredictionsPage>,
    signal: AbortSignal,
  ): Promise<PredictionsPage> {
    for (let attempt = 0; ; attempt += 1) {
      const limit = Math.min(query.limit, this.#size);
      try {
        const answer = await page({ ...query, limit });
        this.#size = Math.min(maxPageSize, this.#size * 2);
        return answer;
      } catch (error) {
        const pause = pauses[attempt];
        if (!isCut(error) || pause === undefined) throw error;
        this.#size = Math.max(smallestPage, Math.floor(limit / 4));
        await sleep(pause, undefined, { signal });
      }
    }
  }
}

function isCut(error: unknown): boolean {
  return error instanceof UnreachableError || error instanceof UnreadableAnswerError;
}
