/** Names that are counted at once; beyond, the oldest window is forgotten. */
const maxNames = 20_000;

/** Counts by name, each in windows of a fixed length that begin with its first count. */
export class WindowCounts {
  readonly #length: number;
  readonly #windows = new Map<string, { count: number; readonly until: number }>();

  /** @param length in ms */
  constructor(length: number) {
    this.#length = length;
  }

  /** How often a name was counted in its window that is open now. */
  count(name: string): number {
    return this.#open(name)?.count ?? 0;
  }

  /** Seconds until the name's window ends; at least 1. */
  secondsLeft(name: string): number {
    return Math.max(1, Math.ceil(((this.#open(name)?.until ?? 0) - performance.now()) / 1000));
  }

  /** @param by less than 0 takes back */
  add(name: string, by = 1): void {
    const open = this.#open(name);
    if (open !== undefined) {
      open.count = Math.max(0, open.count + by);
      return;
    }
    if (by <= 0) return;
    this.#windows.delete(name);
    this.#windows.set(name, { count: by, until: performance.now() + this.#length });
    const oldest = this.#windows.keys().next().value;
    if (this.#windows.size > maxNames && oldest !== undefined) this.#windows.delete(oldest);
  }

  #open(name: string) {
    const window = this.#windows.get(name);
    return window !== undefined && window.until > performance.now() ? window : undefined;
  }
}
