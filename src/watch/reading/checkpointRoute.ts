import { ApiError, UnavailableError, UnreachableError } from '../../api/errors.ts';
import type { CheckpointCounts } from '../../wire/checkpoints.ts';

/** Asks a server for a job's checkpoints, until it has shown that it does not tell of them: FineTune Lab does not. */
export class CheckpointRoute {
  #isMissing = false;

  /**
   * @returns null where the server does not tell of them, whichever way it says so
   * @throws what `ask` throws where no answer came, or the server asks to be left alone
   */
  async read(ask: () => Promise<CheckpointCounts[]>): Promise<CheckpointCounts[] | null> {
    if (this.#isMissing) return null;
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiError) || error instanceof UnreachableError) throw error;
      if (error instanceof UnavailableError && error.retryAfter !== null) throw error;
      this.#isMissing = true;
      return null;
    }
  }

  /** It may be another server from now on. */
  forget(): void {
    this.#isMissing = false;
  }
}
