import type { HostMessage } from './protocol.ts';

/** The part of VS Code's webview panel that messages go through. */
export interface Receiver {
  readonly visible: boolean;
  readonly webview: { postMessage(message: unknown): PromiseLike<boolean> };
}

/**
 * What is said to a webview. What is said in one turn goes together, so that it is drawn together. A hidden webview does
 * not exist: it says `ready` again when it comes back.
 */
export class Postbox {
  readonly #receiver: Receiver;
  #ready = false;
  /** What was said in this turn so far. */
  #letter: HostMessage[] = [];

  constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  /** Somebody is there to read. */
  get isOpen(): boolean {
    return this.#ready && this.#receiver.visible;
  }

  /** The webview runs and listens. */
  open(): void {
    this.#ready = true;
  }

  close(): void {
    this.#ready = false;
  }

  post(message: HostMessage): void {
    if (!this.isOpen) return;
    this.#letter.push(message);
    if (this.#letter.length > 1) return;
    queueMicrotask(() => {
      const letter = this.#letter;
      this.#letter = [];
      if (this.isOpen) void this.#receiver.webview.postMessage(letter);
    });
  }
}
