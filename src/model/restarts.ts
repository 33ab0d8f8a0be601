import type { Prediction } from '../wire/prediction.ts';
import { type Checkpoint, compareCheckpoints } from './checkpoints.ts';

/** Which start of the training process a row is from; the first is 0. */
export function restartOf(row: Prediction): number {
  return wholeNumber(row.restart) ?? 0;
}

/** The step at which the start of a row went on; null where it does not say. */
export function restartFrom(row: Prediction): number | null {
  return wholeNumber(row.restart_from) ?? null;
}

/** How often the rows of a row's checkpoint had been written before. */
export function revisionOf(row: Prediction): number {
  return wholeNumber(row.revision) ?? 0;
}

/** Which of its sample's completions a row is; null where it does not say. */
export function completionOf(row: Prediction): number | null {
  return wholeNumber(row.completion_index) ?? null;
}

/** Of another shape it is an unknown field. */
function wholeNumber(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}

/** One start of the training process, as its rows tell of it. */
interface Start {
  readonly restart: number;
  /** The step at which it went on, the smallest that was told; null where none was. */
  from: number | null;
  /** Its smallest checkpoint. */
  first: Checkpoint;
}

/**
 * The starts of a run that was resumed, while their rows arrive in any order. A later start supersedes rows of earlier
 * ones: those after the step at which it went on or, where it does not say, those at or after its own first checkpoint.
 */
export class Starts {
  /** Ascending by `restart`. */
  readonly #starts: Start[] = [];

  /** More than one start has rows: some may be superseded. */
  get areSeveral(): boolean {
    return this.#starts.length > 1;
  }

  /**
   * A row or metric came.
   *
   * @param from its `restart_from`
   * @returns whether other rows than before may be superseded
   */
  add(restart: number, from: number | null, checkpoint: Checkpoint): boolean {
    let index = this.#starts.findIndex((start) => start.restart >= restart);
    if (index < 0) index = this.#starts.length;
    const known = this.#starts[index];
    if (known?.restart !== restart) {
      this.#starts.splice(index, 0, { restart, from, first: checkpoint });
      return this.#starts.length > 1;
    }
    const isFirst = compareCheckpoints(checkpoint, known.first) < 0;
    const isFrom = from !== null && (known.from === null || from < known.from);
    if (isFirst) known.first = checkpoint;
    if (isFrom) known.from = from;
    // The first start supersedes nothing.
    return index > 0 && (isFrom || (isFirst && known.from === null));
  }

  /** Whether rows of this start at this checkpoint are superseded. */
  supersede(restart: number, checkpoint: Checkpoint): boolean {
    for (let index = this.#starts.length - 1; index > 0; index -= 1) {
      const start = this.#starts[index];
      if (start === undefined || start.restart <= restart) return false;
      if (start.from === null ? compareCheckpoints(checkpoint, start.first) >= 0 : checkpoint.step > start.from)
        return true;
    }
    return false;
  }
}
