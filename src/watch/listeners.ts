/** Something that must be let go of; VS Code's `Disposable` fits it. */
export interface Disposable {
  dispose(): void;
}

/** Who wants to hear of a change. The rooms below the views do not know VS Code, so neither its event class. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** Fits `vscode.Event`. */
  readonly event = (listener: (value: T) => void): Disposable => {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  clear(): void {
    this.#listeners.clear();
  }
}
