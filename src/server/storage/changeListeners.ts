import { EventEmitter } from 'node:events';

/** Whoever wants to hear of changed jobs; `Storage.onChange` says what is told. */
export class ChangeListeners {
  readonly #events = new EventEmitter<{ change: [job: number | undefined] }>();

  constructor() {
    this.#events.setMaxListeners(0);
  }

  /** @returns the way to stop */
  add(listener: (job: number | undefined) => void): () => void {
    this.#events.on('change', listener);
    return () => this.#events.off('change', listener);
  }

  tell(job: number | undefined): void {
    this.#events.emit('change', job);
  }
}
