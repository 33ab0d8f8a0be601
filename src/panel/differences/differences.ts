import type { DifferencePart } from '../protocol/texts.ts';
import { LimitedWorker } from '../workers/limitedWorker.ts';
import { findDifference } from './difference.ts';

/** Longer pairs of texts go to the worker, in characters. */
const short = 1000;
/** Short pairs are given up after this, in ms. */
const shortLimit = 50;
/** Longer pairs are not compared at all, in characters: the reader has VS Code's diff editor for them. */
const longest = 200_000;
/** Differences that are kept: those of all answers that the Comparison tab can show. */
const most = 4000;
/** How long short pairs are compared before others have their turn, in ms; the worker gets the rest. */
const turn = 20;
/** The worker ends its search by itself, long before this, in ms. */
const workerLimit = 10_000;

/** Finds and keeps differences. Texts never change, so a difference is found once. */
export class Differences {
  readonly #worker: LimitedWorker<{ from: string; to: string }, DifferencePart[] | null>;
  readonly #found: () => void;
  readonly #known = new Map<string, DifferencePart[] | null>();
  readonly #asked = new Set<string>();
  /** When the present turn is used up, in ms of `performance.now()`; null before it began. */
  #turnEnds: number | null = null;

  /**
   * @param program the bundled worker
   * @param found called when a difference came that was not there when it was asked for
   */
  constructor(program: string, found: () => void) {
    this.#worker = new LimitedWorker(program, { time: workerLimit });
    this.#found = found;
  }

  /**
   * The difference from one text to another; null where there is none, or none yet.
   *
   * @param key names the pair of texts
   */
  get(key: string, from: string, to: string): DifferencePart[] | null {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const length = from.length + to.length;
    if (length > longest) return null;
    if (length <= short && this.#hasTime()) return this.#keep(key, findDifference(from, to, shortLimit));
    if (!this.#asked.has(key)) {
      this.#asked.add(key);
      this.#worker.ask({ from, to }, (outcome) => {
        this.#asked.delete(key);
        // Without an answer the texts are shown plainly.
        this.#keep(key, 'answer' in outcome ? outcome.answer : null);
        this.#found();
      });
    }
    return null;
  }

  /** Whether it was asked for, and may yet come. */
  isAwaited(key: string): boolean {
    return this.#asked.has(key);
  }

  #hasTime(): boolean {
    if (this.#turnEnds === null) {
      this.#turnEnds = performance.now() + turn;
      setImmediate(() => {
        this.#turnEnds = null;
      });
    }
    return performance.now() < this.#turnEnds;
  }

  dispose(): void {
    this.#worker.dispose();
  }

  #keep(key: string, parts: DifferencePart[] | null): DifferencePart[] | null {
    if (this.#known.size >= most) this.#known.clear();
    this.#known.set(key, parts);
    return parts;
  }
}
