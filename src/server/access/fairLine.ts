/** Who waits for a turn, by name: names take turns, so that who waits under one never waits for all of another's. */
export class FairLine<T> {
  readonly #names = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many wait under this name. */
  sizeOf(name: string): number {
    return this.#names.get(name)?.length ?? 0;
  }

  add(name: string, waiting: T): void {
    const own = this.#names.get(name);
    if (own === undefined) this.#names.set(name, [waiting]);
    else own.push(waiting);
    this.#size += 1;
  }

  /** Takes out whose turn it is; undefined when nobody waits. */
  next(): T | undefined {
    const [first] = this.#names;
    if (first === undefined) return undefined;
    const [name, own] = first;
    const next = own.shift();
    this.#size -= 1;
    // To the end of the line of names.
    this.#names.delete(name);
    if (own.length > 0) this.#names.set(name, own);
    return next;
  }
}
