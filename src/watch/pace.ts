/** Passes calls on: the first at once, those that follow at most one every `interval()` ms, the last one always. */
export class Pace {
  readonly #interval: () => number;
  readonly #action: () => void;
  #timer: NodeJS.Timeout | undefined;
  #wanted = false;

  constructor(interval: () => number, action: () => void) {
    this.#interval = interval;
    this.#action = action;
  }

  request(): void {
    if (this.#timer !== undefined) {
      this.#wanted = true;
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#wanted) return;
      this.#wanted = false;
      this.request();
    }, this.#interval());
    this.#action();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = false;
  }
}
