import { HttpError } from '../reporting/errors.ts';
import { FairLine } from './fairLine.ts';

/** Seconds after which a client whose body did not fit may come again. */
const retryAfter = 1;
/** A body above this waits until it is its turn to be worked on, in bytes. */
const largeBody = 1024 * 1024;
/** Large bodies that are worked on at once: what is made of one takes several times its bytes. */
const largeAtOnce = 1;

/**
 * The memory that bodies of requests take together. Whoever sends may hold at most half of what the others leave: one
 * can never take everything, however many requests it sends, and who comes next always finds room for something.
 */
export class BodyBudget {
  readonly #total: number;
  readonly #held = new Map<string, number>();
  #sum = 0;
  #working = 0;
  readonly #waiting = new FairLine<() => void>();

  /** @param total in bytes */
  constructor(total: number) {
    this.#total = total;
  }

  /** @param sender whose share it is */
  share(sender: string): BodyShare {
    return new BodyShare((bytes) => this.#hold(sender, bytes));
  }

  /** Does `work` on a body of so many bytes, a large one when it is its turn: senders take turns. */
  async inTurn<T>(sender: string, bytes: number, work: () => Promise<T>): Promise<T> {
    if (bytes <= largeBody) return work();
    if (this.#working < largeAtOnce) this.#working += 1;
    else await new Promise<void>((resolve) => this.#waiting.add(sender, resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.next();
      if (next === undefined) this.#working -= 1;
      else next();
    }
  }

  #hold(sender: string, bytes: number): void {
    const own = this.#held.get(sender) ?? 0;
    if (bytes > 0 && own + bytes > (this.#total - (this.#sum - own)) / 2) {
      throw own > 0
        ? new HttpError(429, 'Too much is being sent at once by this user: send it again later', { retryAfter })
        : new HttpError(503, 'The server is busy with other requests: send it again later', { retryAfter });
    }
    this.#sum += bytes;
    if (own + bytes > 0) this.#held.set(sender, own + bytes);
    else this.#held.delete(sender);
  }
}

/** What one request holds of the budget. */
export class BodyShare {
  readonly #change: (bytes: number) => void;
  #held = 0;

  constructor(change: (bytes: number) => void) {
    this.#change = change;
  }

  /** @param bytes that are held from now on. @throws HttpError 429 or 503 when they do not fit; it holds what it held */
  hold(bytes: number): void {
    this.#change(bytes - this.#held);
    this.#held = bytes;
  }

  release(): void {
    this.hold(0);
  }
}
