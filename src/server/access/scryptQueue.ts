import { setTimeout as sleep } from 'node:timers/promises';
import { HttpError } from '../reporting/errors.ts';
import { FairLine } from './fairLine.ts';

/** Checks that wait, in all and of one address. */
const maxWaiting = 128;
const maxOwnWaiting = 32;

interface Waiting {
  readonly work: () => Promise<boolean>;
  readonly resolve: (verdict: Promise<boolean>) => void;
}

/**
 * Checks keys one at a time, since each takes tens of milliseconds of a core and one of the few threads that files and
 * names are read by too. Addresses take turns; after a wrong key the queue rests for as long as it worked, so that keys
 * that are tried never take more than half a core, whoever tries them.
 */
export class ScryptQueue {
  readonly #addresses = new FairLine<Waiting>();
  #busy = false;

  /** @param work tells whether the key is right. @throws HttpError 503 when too many wait */
  run(address: string, work: () => Promise<boolean>): Promise<boolean> {
    if (this.#addresses.size >= maxWaiting || this.#addresses.sizeOf(address) >= maxOwnWaiting) {
      return Promise.reject(new HttpError(503, 'Too many keys are being checked: come again', { retryAfter: 1 }));
    }
    return new Promise((resolve) => {
      this.#addresses.add(address, { work, resolve });
      if (!this.#busy) void this.#work();
    });
  }

  /** Never rejects: whoever waits is told. */
  async #work(): Promise<void> {
    this.#busy = true;
    for (let next = this.#addresses.next(); next !== undefined; next = this.#addresses.next()) {
      const begin = performance.now();
      const verdict = next.work();
      next.resolve(verdict);
      const isRight = await verdict.catch(() => false);
      if (!isRight) await sleep(performance.now() - begin);
    }
    this.#busy = false;
  }
}
