/** A request that waits for its time. Times are of the monotonic clock, which nobody sets. */
interface Later {
  readonly due: number;
  needed(): boolean;
}

/** Runs proofs one at a time; a request during one starts another right after it. */
export class ProofRunner {
  readonly #prove: (signal: AbortSignal) => Promise<void>;
  #running: AbortController | undefined;
  #wanted = false;
  #later: Later[] = [];
  #timer: NodeJS.Timeout | undefined;
  #notBefore = 0;

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
    if (this.#running !== undefined) {
      this.#wanted = true;
      return;
    }
    if (performance.now() < this.#notBefore) {
      this.requestLater(this.#notBefore - performance.now(), () => true);
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

  /** Requests a proof after `delay` ms if `needed` still holds by then. Each request is asked at its own time. */
  requestLater(delay: number, needed: () => boolean): void {
    this.#later.push({ due: Math.max(performance.now() + delay, this.#notBefore), needed });
    this.#setTimer();
  }

  /** The server asked to be left alone for `delay` ms: nothing is read before. */
  holdOff(delay: number): void {
    this.#notBefore = performance.now() + delay;
  }

  /** Aborts what runs and forgets what was asked for. */
  end(): void {
    this.#later = [];
    this.#setTimer();
    this.#running?.abort();
    this.#running = undefined;
    this.#wanted = false;
    this.#notBefore = 0;
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#later.length === 0) return;
    const next = Math.min(...this.#later.map(({ due }) => due));
    this.#timer = setTimeout(() => this.#ask(), Math.max(0, next - performance.now()));
  }

  #ask(): void {
    const now = performance.now();
    const due = this.#later.filter((later) => later.due <= now);
    this.#later = this.#later.filter((later) => later.due > now);
    this.#setTimer();
    if (due.some(({ needed }) => needed())) this.request();
  }
}
