import type { Checkpoint } from '../model/checkpoints.ts';
import { checkpointKey } from '../model/checkpoints.ts';
import { restartFrom, restartOf, revisionOf, Starts } from '../model/restarts.ts';
import type { Prediction } from '../wire/prediction.ts';
import type { RowTable } from './rowTable.ts';

/** What takes the place of rows: a later start of the training process, or a later writing of their checkpoint. */
export type SupersededBy = 'start' | 'revision';

/** Which rows of a table others have superseded: those of an earlier start, and of a smaller revision. */
export class Superseding {
  readonly #table: RowTable;
  readonly #starts = new Starts();
  /** The largest revision by checkpoint and source, and there by start; nothing where all are 0. */
  readonly #revisions = new Map<string, Map<number, number>>();

  constructor(table: RowTable) {
    this.#table = table;
  }

  /** Some row may be superseded: the run was resumed, or rows were written anew. */
  get isPossible(): boolean {
    return this.#starts.areSeveral || this.#revisions.size > 0;
  }

  /**
   * Takes notice of a row of the table.
   *
   * @returns the first checkpoint from which on other rows may be superseded, or not so, by it; undefined where none are
   */
  add(row: number, prediction: Prediction): Checkpoint | undefined {
    const { epoch, step } = prediction;
    const restart = restartOf(prediction);
    const isMoved = this.#starts.add(restart, restartFrom(prediction), { epoch, step });
    const isRewritten = this.#addRevision(row, restart, revisionOf(prediction));
    // The boundary is one for the job; where it lay before is not asked.
    return isMoved ? { epoch: 0, step: 0 } : isRewritten ? { epoch, step } : undefined;
  }

  isSuperseded(row: number): boolean {
    return this.supersededBy(row) !== null;
  }

  /** What has taken the place of a row: a later start of the training, or a later writing of its checkpoint. */
  supersededBy(row: number): SupersededBy | null {
    if (!this.isPossible) return null;
    const table = this.#table;
    const checkpoint = { epoch: table.epoch(row), step: table.step(row) };
    if (this.#starts.supersede(table.restart(row), checkpoint)) return 'start';
    let largest = 0;
    for (const [restart, revision] of this.#revisions.get(this.#placeOf(row)) ?? []) {
      if (revision > largest && !this.#starts.supersede(restart, checkpoint)) largest = revision;
    }
    return table.revision(row) < largest ? 'revision' : null;
  }

  /** Whether two rows of a checkpoint are from one start and one writing. */
  isOfOneWriting(a: number, b: number): boolean {
    const table = this.#table;
    return table.restart(a) === table.restart(b) && table.revision(a) === table.revision(b);
  }

  /** Whether two rows of a sample at a checkpoint stand for one answer: both count, or both went with one writing. */
  standTogether(a: number, b: number): boolean {
    const isGone = this.isSuperseded(a);
    return isGone === this.isSuperseded(b) && (!isGone || this.isOfOneWriting(a, b));
  }

  /** @returns whether it is larger than those of its checkpoint and source before */
  #addRevision(row: number, restart: number, revision: number): boolean {
    if (revision === 0) return false;
    const place = this.#placeOf(row);
    const largest = this.#revisions.get(place) ?? new Map<number, number>();
    if (revision <= (largest.get(restart) ?? 0)) return false;
    largest.set(restart, revision);
    this.#revisions.set(place, largest);
    return true;
  }

  #placeOf(row: number): string {
    const table = this.#table;
    return `${checkpointKey({ epoch: table.epoch(row), step: table.step(row) })} ${table.source(row)}`;
  }
}
