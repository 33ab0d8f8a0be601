import { closeSync, mkdirSync, openSync, readSync, rmSync, write as writeWithCallback } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const write = promisify(writeWithCallback);

/** After a write that failed the next one is tried no sooner than this, in ms. */
const patience = 10_000;

export interface SpillOptions {
  /** Predictions whose texts may stay in memory, as it is now. */
  limit(): number;
  /** The path of a new file. */
  file(): string;
  /** Writing failed and texts stay in memory; null once it works again. */
  writing(problem: Error | null): void;
  /** The file could not be read: what was in it has to be fetched again. */
  lost(error: TextsLostError): void;
}

/** Texts of predictions are not there any more. */
export class TextsLostError extends Error {
  override readonly name = 'TextsLostError';

  /** @param cause what reading failed with; undefined where the predictions were let go of */
  constructor(cause?: unknown) {
    super(
      cause === undefined
        ? 'These predictions are not held any more: the watch ended, or the job began anew.'
        : 'The file with the texts of this job could not be read; the job is read again from its server.',
      { cause },
    );
  }
}

/** A file of texts for which the memory has no room. Nobody else reads it, and it goes when it is disposed of. */
export class Spill {
  readonly #options: SpillOptions;
  readonly #file: string;
  #descriptor: number | undefined;
  #end = 0;
  #isWriting = false;
  #isDisposed = false;
  #notBefore = 0;
  #failed = false;
  #isDamaged = false;

  constructor(options: SpillOptions) {
    this.#options = options;
    this.#file = options.file();
  }

  /** Reading failed. */
  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  /** Never throws: a failure is told. @returns where the bytes begin; null when they could not be written */
  async append(bytes: Uint8Array): Promise<number | null> {
    if (performance.now() < this.#notBefore) return null;
    this.#isWriting = true;
    try {
      const descriptor = this.#open();
      for (let written = 0; written < bytes.length; ) {
        const { bytesWritten } = await write(
          descriptor,
          bytes,
          written,
          bytes.length - written,
          // What a failed attempt left behind is written over.
          this.#end + written,
        );
        written += bytesWritten;
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return null;
    } finally {
      this.#isWriting = false;
      if (this.#isDisposed) this.#close();
    }
    if (this.#failed) this.#options.writing(null);
    this.#failed = false;
    const place = this.#end;
    this.#end += bytes.length;
    return place;
  }

  /** @throws TextsLostError */
  read(place: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    try {
      if (this.#descriptor === undefined) throw new Error('the file is closed');
      for (let read = 0; read < length; ) {
        const some = readSync(this.#descriptor, bytes, read, length - read, place + read);
        if (some === 0) throw new Error('the file ends too early');
        read += some;
      }
    } catch (cause) {
      const error = new TextsLostError(cause);
      if (!this.#isDamaged) this.#options.lost(error);
      this.#isDamaged = true;
      throw error;
    }
    return bytes;
  }

  dispose(): void {
    this.#isDisposed = true;
    // A descriptor that is closed during a write may by then be another file's.
    if (!this.#isWriting) this.#close();
    rmSync(this.#file, { force: true });
  }

  #open(): number {
    if (this.#descriptor !== undefined) return this.#descriptor;
    mkdirSync(path.dirname(this.#file), { recursive: true });
    this.#descriptor = openSync(this.#file, 'wx+', 0o600);
    return this.#descriptor;
  }

  #close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #fail(problem: Error): void {
    this.#notBefore = performance.now() + patience;
    if (!this.#failed && !this.#isDisposed) this.#options.writing(problem);
    this.#failed = true;
  }
}
