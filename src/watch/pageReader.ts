import { setTimeout as sleep } from 'node:timers/promises';
import { OversizedAnswerError, UnreachableError, UnreadableAnswerError } from '../api/errors.ts';
import { maxPageSize, type PredictionsPage } from '../wire/responses.ts';

/** By `after`, a sequence number, or by `offset`. */
export interface PageQuery {
  epoch?: number;
  /** Of an epoch, where the server tells of checkpoints. */
  step?: number;
  after?: number;
  limit: number;
  offset?: number;
}

/** Before a page that was cut is read again, in ms. */
const pauses = [200, 500, 1000];
const smallestPage = 10;

/** After an answer was too large, so many pages come before larger ones are tried. */
const pagesBeforeLarger = 4;
/** Where so many rows one after the other are too large by themselves, it is the server that is at fault. */
const mostOversized = 3;

/**
 * Reads pages over a network that cuts or stalls large answers: a page that does not arrive is read again, a quarter as
 * large, and those after it grow again. So is one that is too large to be taken, down to a row, which is then told as one
 * that nobody can read.
 */
export class PageReader {
  #size = maxPageSize;
  /** Pages to come before a larger one is tried. */
  #steady = 0;
  /** Rows too large by themselves, one after the other. */
  #oversized = 0;

  /** @param page asks for one page; throws ApiError */
  async read(
    query: PageQuery,
    page: (query: PageQuery) => Promise<PredictionsPage>,
    signal: AbortSignal,
  ): Promise<PredictionsPage> {
    for (let attempt = 0; ; ) {
      const limit = Math.min(query.limit, this.#size);
      try {
        const answer = await page({ ...query, limit });
        this.#arrived();
        return answer;
      } catch (error) {
        if (error instanceof OversizedAnswerError) {
          this.#steady = pagesBeforeLarger;
          this.#size = Math.max(1, limit >>> 2);
          if (limit > 1) continue;
          this.#oversized += 1;
          if (this.#oversized > mostOversized) throw error;
          return pageOf(unreadableRow(error.beginning));
        }
        const pause = pauses[attempt];
        if (!isCut(error) || pause === undefined) throw error;
        attempt += 1;
        this.#size = Math.max(Math.min(limit, smallestPage), Math.floor(limit / 4));
        await sleep(pause, undefined, { signal });
      }
    }
  }

  #arrived(): void {
    this.#oversized = 0;
    if (this.#steady > 0) this.#steady -= 1;
    else this.#size = Math.min(maxPageSize, this.#size * 2);
  }
}

/** Its answer never said how many rows there are: whoever goes by that reads on to the empty page. */
function pageOf(row: unknown): PredictionsPage {
  return { predictions: [row], total_count: Number.MAX_SAFE_INTEGER };
}

/** Stands for the one row of an answer that was not read to its end: the same for the same row. */
function unreadableRow(answer: string): Record<string, unknown> {
  const row = /"predictions"\s*:\s*\[(.*)/s.exec(answer)?.[1] ?? answer;
  const id = /"id"\s*:\s*"([^"\\]+)"/.exec(row)?.[1];
  const epoch = /"epoch"\s*:\s*(\d{1,15})\b/.exec(row)?.[1];
  return { ...(id === undefined ? { beginning: row } : { id }), ...(epoch !== undefined && { epoch: Number(epoch) }) };
}

function isCut(error: unknown): boolean {
  return error instanceof UnreachableError || error instanceof UnreadableAnswerError;
}
