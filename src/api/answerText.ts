import { OversizedAnswerError, UnreachableError } from './errors.ts';
import type { ServerAddress } from './serverAddress.ts';

/** What is taken of an answer. */
export interface AnswerLimits {
  /** Its size, unpacked. A server's own 32 MB for a row fit twice; a page that has more is asked for in parts. */
  readonly bytes: number;
  /** On average so many bytes a second have to come, once `patience` is over: 100 MB over a slow line may take hours. */
  readonly bytesPerSecond: number;
  /** ms */
  readonly patience: number;
}

export const usualLimits: AnswerLimits = { bytes: 256 * 1024 * 1024, bytesPerSecond: 4096, patience: 60_000 };

/** Characters that tell one answer from another. */
const beginningLength = 2048;

/**
 * Reads an answer's body, of any length and at any speed.
 *
 * @param progressed is told of every piece
 * @throws OversizedAnswerError, UnreachableError when it comes too slowly, or whatever cut it
 */
export async function textOf(
  response: Response,
  address: ServerAddress,
  limits: AnswerLimits,
  progressed: () => void,
): Promise<string> {
  const began = performance.now();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop closes the connection.
  for await (const chunk of response.body ?? []) {
    progressed();
    chunks.push(chunk);
    size += chunk.length;
    if (size > limits.bytes)
      throw oversized(address, response, `of more than ${megabytes(limits.bytes)}`, beginningOf(chunks));
    const elapsed = performance.now() - began;
    if (elapsed > limits.patience + (size / limits.bytesPerSecond) * 1000) throw tooSlow(address, size, elapsed);
  }
  // At 1 MB, joining texts takes ten times as long as joining bytes.
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** @param what of which size, as in "of more than 64 MB" */
export function oversized(
  { host }: ServerAddress,
  { status }: Response,
  what: string,
  text: string,
): OversizedAnswerError {
  return new OversizedAnswerError(
    `${host} sent an answer ${what}, which is not read to its end. Check that trainingPredictions.serverUrl is a predictions server, and what the training script sends to it.`,
    status,
    text.slice(0, beginningLength),
  );
}

function tooSlow({ host }: ServerAddress, bytes: number, elapsed: number): UnreachableError {
  return new UnreachableError(
    `${host} sends too slowly: ${bytes} bytes of an answer in ${Math.round(elapsed / 1000)} s. Check the connection to it; it is tried again.`,
  );
}

function beginningOf(chunks: readonly Uint8Array[]): string {
  const [first = new Uint8Array(), second = new Uint8Array()] = chunks;
  return new TextDecoder().decode(Buffer.concat([first, second]).subarray(0, 4 * beginningLength));
}

function megabytes(bytes: number): string {
  return `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`;
}
