import type { ServerResponse } from 'node:http';

/** Bytes that may wait for a client before it is no longer sent live events but catches up at its own pace. */
const bufferLimit = 1_000_000;
/** Bytes written at once to a client that catches up: small, so that a slow reader can be told from a stuck one. */
const sliceBytes = 65_536;

/** One open event stream. */
export class StreamClient {
  /** Only events of this epoch; undefined for all. */
  readonly epoch: number | undefined;
  /** Sequence number up to which everything was written. */
  cursor: number;
  /** True while events are written as they happen; false while the client catches up from storage. */
  live = false;
  /** How many changes of the job it was told. */
  jobChanges = 0;
  readonly #response: ServerResponse;
  #closed = false;
  /** Bytes that the system had taken at the last heartbeat; undefined when none waited. */
  #takenBefore: number | undefined;

  /** @param onClose called once, when the stream ended for whatever reason */
  constructor(response: ServerResponse, cursor: number, epoch: number | undefined, onClose: () => void) {
    this.#response = response;
    this.cursor = cursor;
    this.epoch = epoch;
    // Heartbeats tell whether anybody reads, at their own pace.
    response.setTimeout(0);
    response.once('close', () => {
      this.#closed = true;
      onClose();
    });
    // A write can meet a connection that is just going away; 'close' follows.
    response.on('error', () => {});
  }

  get closed(): boolean {
    return this.#closed;
  }

  write(bytes: Buffer | string): void {
    if (!this.#closed && bytes.length > 0) this.#response.write(bytes);
  }

  /** True when `bytes` fit in what may wait for this client. */
  takesAtOnce(bytes: Buffer): boolean {
    return bytes.length <= 4 * sliceBytes && this.#response.writableLength + bytes.length <= bufferLimit;
  }

  /** Resolves when `bytes` are written and nothing much waits any more, or the stream is closed. */
  async writeAtItsPace(bytes: Buffer): Promise<void> {
    await this.#drained();
    for (let at = 0; at < bytes.length && !this.#closed; at += sliceBytes) {
      this.write(bytes.subarray(at, at + sliceBytes));
      await this.#drained();
    }
  }

  /** Writes what only matters now, and only where nothing waits: it might else come between the slices of an event. */
  writeAside(bytes: Buffer): void {
    if (!this.#response.writableNeedDrain) this.write(bytes);
  }

  /** True when bytes waited at the last call and none has been taken since: the client does not read. */
  isStuck(): boolean {
    const { socket, writableNeedDrain } = this.#response;
    const taken = socket !== null && writableNeedDrain ? socket.bytesWritten - socket.writableLength : undefined;
    const stuck = taken !== undefined && taken === this.#takenBefore;
    this.#takenBefore = taken;
    return stuck;
  }

  /** Drops the connection at once. */
  cut(): void {
    this.#response.destroy();
  }

  /** Ends the response cleanly. */
  end(): void {
    this.#closed = true;
    this.#response.end();
  }

  async #drained(): Promise<void> {
    const response = this.#response;
    if (this.#closed || !response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        response.off('drain', done);
        response.off('close', done);
        resolve();
      };
      response.on('drain', done);
      response.on('close', done);
    });
  }
}
