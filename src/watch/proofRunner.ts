/** Runs proofs one at a time; a request during one starts another right after it. */
export class ProofRunner {
  readonly #prove: (signal: AbortSignal) => Promise<void>;
  #running: AbortController | undefined;
  #wanted = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param prove reads over REST and settles everything itself; it never throws */
  constructor(prove: (signal: AbortSignal) => Promise<void>) {
    this.#prove = prove;
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  /** Another proof follows the one under way. */
  get wanted(): boolean {
    return this.#wanted;
  }

  request(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#running !== undefined) {
      this.#wanted = true;
      return;
    }
    const running = new AbortController();
    this.#running = running;
    this.#wanted = false;
    void this.#prove(running.signal).then(() => {
      if (this.#running !== running) return;
      this.#running = undefined;
      if (this.#wanted) this.request();
    });
  }

  /**
   * Requests a proof after `delay` ms if `needed` still holds by then. The first such request stands until it is due.
   */
  requestLater(delay: number, needed: () => boolean): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (needed()) this.request();
    }, delay);
  }

  /** Aborts what runs and forgets what was asked for. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running?.abort();
    this.#running = undefined;
    this.#wanted = false;
  }
}
