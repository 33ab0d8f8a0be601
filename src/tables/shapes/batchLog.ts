import { hash } from 'node:crypto';

type Cells = Readonly<Record<string, unknown>>;

/**
 * The rows of a log, a batch a line. At the end of a training, and with each evaluation, a trainer logs once more what it
 * holds of a step (ms-swift's GRPO trainer does): what was told of the step already is left out.
 */
export class BatchLog {
  #step: unknown;
  /** How often each row was told of the step, by a hash: a batch may be of many megabytes. */
  #told = new Map<string, number>();

  /** The rows of a batch that the lines before did not tell. @param step of the batch */
  fresh(rows: readonly Cells[], step: unknown): Cells[] {
    if (step !== this.#step) [this.#step, this.#told] = [step, new Map()];
    const counts = new Map<string, number>();
    const fresh = rows.filter((row) => {
      // What is measured while training on a row comes later.
      const { entropy: _, ...lasting } = row;
      const key = hash('sha256', JSON.stringify(lasting), 'base64url');
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count > (this.#told.get(key) ?? 0);
    });
    for (const [key, count] of counts) this.#told.set(key, Math.max(count, this.#told.get(key) ?? 0));
    return fresh;
  }
}
