import { placeIn } from './ascending.ts';

/** A point of the training at which the model answered. Ordered by epoch, then step. */
export interface Checkpoint {
  readonly epoch: number;
  readonly step: number;
}

/** Ascending: by epoch, then step. */
export function compareCheckpoints(a: Checkpoint, b: Checkpoint): number {
  return a.epoch - b.epoch || a.step - b.step;
}

export function isSameCheckpoint(a: Checkpoint, b: Checkpoint): boolean {
  return a.epoch === b.epoch && a.step === b.step;
}

/** Names a checkpoint among those of its job. */
export function checkpointKey({ epoch, step }: Checkpoint): string {
  return `${epoch} ${step}`;
}

/**
 * The epoch under which a row is filed whose script sent a fraction, as Hugging Face's `state.epoch` is one: what was
 * added up to a whole number may be a hair below it.
 */
export function filedEpoch(sent: number): number {
  return Math.floor(sent + 1e-6);
}

/** The checkpoints of a job, kept in order while rows arrive in any. */
export class Checkpoints<Entry extends Checkpoint> {
  /** Ascending: a new one is mostly the newest, and what goes to an end of a long list moves nothing. */
  readonly #ordered: Entry[] = [];
  readonly #byEpoch = new Map<number, Map<number, Entry>>();
  #severalSteps = 0;

  /** Ascending. */
  get all(): readonly Entry[] {
    return this.#ordered;
  }

  get first(): Entry | undefined {
    return this.#ordered[0];
  }

  get last(): Entry | undefined {
    return this.#ordered.at(-1);
  }

  /** Every epoch has one step, and a checkpoint may be called by its epoch. */
  get areEpochs(): boolean {
    return this.#severalSteps === 0;
  }

  get(epoch: number, step: number): Entry | undefined {
    return this.#byEpoch.get(epoch)?.get(step);
  }

  /** Those of one epoch, in the order in which they came. */
  ofEpoch(epoch: number): Iterable<Entry> {
    return this.#byEpoch.get(epoch)?.values() ?? [];
  }

  add(entry: Entry): void {
    const { epoch, step } = entry;
    let steps = this.#byEpoch.get(epoch);
    if (steps === undefined) {
      steps = new Map();
      this.#byEpoch.set(epoch, steps);
    }
    this.#ordered.splice(this.#placeOf(entry), 0, entry);
    steps.set(step, entry);
    if (steps.size === 2) this.#severalSteps += 1;
  }

  /** Takes one out, however far its adding came. */
  remove(entry: Checkpoint): void {
    const steps = this.#byEpoch.get(entry.epoch);
    if (steps?.delete(entry.step) && steps.size === 1) this.#severalSteps -= 1;
    if (steps?.size === 0) this.#byEpoch.delete(entry.epoch);
    const place = this.#placeOf(entry);
    const found = this.#ordered[place];
    if (found !== undefined && isSameCheckpoint(found, entry)) this.#ordered.splice(place, 1);
  }

  #placeOf(entry: Checkpoint): number {
    return placeIn(this.#ordered, (other) => compareCheckpoints(other, entry) < 0);
  }
}
