import type { ProofRunner } from './proofRunner.ts';

/** A count from the stream is a hint: a gap is declared when it still exceeds what is held after this, in ms. */
const hintPatience = 1000;
/** Events without a count start a proof no more often than this, in ms. */
const countlessProofInterval = 30_000;

/** What the reasons look at when their time has come. */
export interface Watched {
  /** Rows that are here, readable or not. */
  held(): number;
  /** False for a watch that is paused, signed out or over, or whose server is away. */
  mayRead(): boolean;
  /** A count that came a while ago still exceeds what is held. */
  gapFound(): void;
}

/** Decides, by what the stream says, when what is held has to be compared with the server's. */
export class ProofReasons {
  readonly #proofs: ProofRunner;
  readonly #watched: Watched;
  #nextCountlessProof = Number.NEGATIVE_INFINITY;
  /** The largest count that waits to be asked about. */
  #hinted = 0;

  constructor(proofs: ProofRunner, watched: Watched) {
    this.#proofs = proofs;
    this.#watched = watched;
  }

  /** An event said how many rows the server has. */
  counted(total: number): void {
    if (total <= Math.max(this.#watched.held(), this.#hinted)) return;
    this.#hinted = total;
    this.#proofs.requestLater(hintPatience, () => this.#isGap(total));
  }

  /** An event came without a count. One proof is for all of the next interval, so that the last of them is covered too. */
  countless(): void {
    const now = performance.now();
    if (now < this.#nextCountlessProof) return;
    const delay = Math.max(hintPatience, this.#nextCountlessProof + countlessProofInterval - now);
    this.#nextCountlessProof = now + delay;
    this.#proofs.requestLater(delay, () => this.#watched.mayRead());
  }

  /** An event came that cannot be read: it may have been a row. */
  unreadable(): void {
    this.#proofs.requestLater(hintPatience, () => this.#watched.mayRead());
  }

  /** Forgets what it was going to ask. */
  clear(): void {
    this.#hinted = 0;
    this.#nextCountlessProof = Number.NEGATIVE_INFINITY;
  }

  #isGap(total: number): boolean {
    if (this.#hinted === total) this.#hinted = 0;
    if (this.#watched.held() >= total) return false;
    this.#watched.gapFound();
    return this.#watched.mayRead();
  }
}
