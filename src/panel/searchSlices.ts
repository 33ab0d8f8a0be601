/** Goes on with a filter over many rows in slices, so that the extension host can do other things between them. */
export class SearchSlices {
  readonly #slice: () => void;
  #isRunning = false;

  /** @param slice does one, if it is still wanted; asks for the next by `request` */
  constructor(slice: () => void) {
    this.#slice = slice;
  }

  /** Has a slice done in a later turn. */
  request(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    setImmediate(() => {
      this.#isRunning = false;
      this.#slice();
    });
  }
}
