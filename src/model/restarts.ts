import type { Prediction } from '../wire/prediction.ts';
import { placeIn } from './ascending.ts';
import { type Checkpoint, compareCheckpoints } from './checkpoints.ts';
import { sourceOf } from './samples.ts';

/** The fields of a prediction that say which writing of its checkpoint it is from. */
export type RestartFields = Pick<Prediction, 'restart' | 'restart_from' | 'revision'>;

/** Which start of the training process a row is from; the first is 0. */
export function restartOf(row: RestartFields): number {
  return wholeNumber(row.restart) ?? 0;
}

/** The step at which the start of a row went on; null where it does not say. */
export function restartFrom(row: RestartFields): number | null {
  return wholeNumber(row.restart_from) ?? null;
}

/** How often the rows of a row's checkpoint had been written before. */
export function revisionOf(row: RestartFields): number {
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
    const index = placeIn(this.#starts, (start) => start.restart < restart);
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
    return restart < this.liveFrom(checkpoint);
  }

  /** The last start that supersedes rows of this checkpoint: those of every start before it are; 0 where none does. */
  liveFrom(checkpoint: Checkpoint): number {
    for (let index = this.#starts.length - 1; index >= 0; index -= 1) {
      const { restart, from, first } = this.#starts[index] as Start;
      if (from === null ? compareCheckpoints(checkpoint, first) >= 0 : checkpoint.step > from) return restart;
    }
    return 0;
  }
}

/** Tells the rows of one checkpoint that are not superseded, in any order. */
export class LiveRows {
  readonly #liveFrom: number;
  /** The largest revision by source; of a source without one, 0. */
  readonly #revisions = new Map<string, number>();

  /** @param liveFrom as `Starts.liveFrom` says of the checkpoint */
  constructor(liveFrom: number) {
    this.#liveFrom = liveFrom;
  }

  /**
   * Takes notice of a row.
   *
   * @returns whether its revision is larger than those of its source before, which may have been taken for the largest
   */
  learn(row: Prediction): boolean {
    const revision = revisionOf(row);
    if (revision === 0 || restartOf(row) < this.#liveFrom) return false;
    const source = sourceOf(row);
    if (revision <= (this.#revisions.get(source) ?? 0)) return false;
    this.#revisions.set(source, revision);
    return true;
  }

  /** As far as the rows are known that were learned of. */
  has(row: Prediction): boolean {
    return restartOf(row) >= this.#liveFrom && revisionOf(row) >= (this.#revisions.get(sourceOf(row)) ?? 0);
  }
}
