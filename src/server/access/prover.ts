import { randomBytes } from 'node:crypto';
import { signed } from '../../serverProof.ts';
import type { ServerProof } from '../../wire/proof.ts';
import { HttpError } from '../reporting/errors.ts';

/** Proves to whoever has read `server.json` that this process is the one that wrote it. */
export class Prover {
  readonly instance: string;
  #key = randomBytes(32);
  #url: string | undefined;

  constructor(instance: string) {
    this.instance = instance;
  }

  /** What `server.json` tells of it, once it listens at `url`. */
  listensAt(url: string): ServerProof {
    this.#url = url;
    return { url, instance: this.instance, proofKey: this.#key.toString('hex') };
  }

  /** What was told before proves nothing from now on. */
  renew(): void {
    this.#key = randomBytes(32);
  }

  /** @throws HttpError 503 before it is known where this server listens */
  answer(challenge: string): string {
    if (this.#url === undefined) throw new HttpError(503, 'The server is starting', { retryAfter: 1 });
    return signed(this.#key, challenge, { url: this.#url, instance: this.instance });
  }
}
