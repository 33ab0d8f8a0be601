import { HttpError } from '../reporting/errors.ts';
import { rateWindow } from './limits.ts';
import { WindowCounts } from './windowCounts.ts';

/** Wrong keys in a window of one key id from one address, of one id from all, and from one address of all ids. */
const maxPair = 5;
const maxId = 20;
const maxAddress = 20;

/**
 * Decides which keys are worth the work of a check. A key that was found right before needs none, so nothing here holds
 * it up. Of the others each address has a first try at each id, even while that id, or others at that address, are under
 * attack; more only while few were wrong.
 */
export class KeyAttempts {
  readonly #counts = new WindowCounts(rateWindow);

  /**
   * Counts an attempt, before its work.
   *
   * @returns takes the attempt back: the key was right
   * @throws HttpError 429
   */
  begin(id: string, address: string): () => void {
    const [pair, ofId, ofAddress] = [`${id} ${address}`, `id ${id}`, `address ${address}`];
    const tried = this.#counts.count(pair);
    const limit = (name: string, isReached: boolean) => {
      if (!isReached) return;
      const retryAfter = this.#counts.secondsLeft(name);
      throw new HttpError(429, 'Too many requests with a wrong key or token', { retryAfter });
    };
    limit(pair, tried >= maxPair);
    limit(ofId, tried > 0 && this.#counts.count(ofId) >= maxId);
    limit(ofAddress, tried > 0 && this.#counts.count(ofAddress) >= maxAddress);
    const names = [pair, ofId, ofAddress];
    for (const name of names) this.#counts.add(name);
    return () => {
      for (const name of names) this.#counts.add(name, -1);
    };
  }
}
