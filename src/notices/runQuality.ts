import { placeIn } from '../model/ascending.ts';
import { type Checkpoint, compareCheckpoints, isSameCheckpoint } from '../model/checkpoints.ts';
import type { Judge } from '../model/directions.ts';
import type { CheckpointPoint } from '../store/checkpointIndex.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import type { Rated } from './episodes.ts';

/** The deciding score, with what the job calls it. */
export interface JudgedBy extends Judge {
  readonly label: string | null;
}

/** A score by checkpoint, ascending, of the samples of one source. */
export interface Series {
  /** Empty where the job has one. */
  readonly source: string;
  readonly points: readonly Rated[];
}

/** What is known of a run that is more than its epochs and their character error rate. */
export interface Quality {
  readonly judge: JudgedBy | null;
  /** Every epoch has one step. */
  readonly byEpoch: boolean;
  /** The deciding score; by source, as a checkpoint may ask the samples of one alone. */
  readonly judged: readonly Series[];
  /** The share that passed; null where the epochs tell it. */
  readonly validation: readonly Series[] | null;
  readonly last: Checkpoint | null;
  /** The deciding score over all samples of the last checkpoint; null where none has it. */
  readonly end: Rated | null;
}

/** What the quality is told by: what else a point tells may change with rows of other checkpoints. */
type QualityPoint = Pick<CheckpointPoint, 'epoch' | 'step' | 'source' | 'scores'>;

interface Held extends Checkpoint {
  readonly points: QualityPoint[];
}

/** The quality of one run, kept while rows arrive: only the checkpoints that changed are added up again. */
export class RunQuality {
  readonly #store: PredictionStore;
  /** What the points were made of. */
  #made = '';
  #rows = 0;
  /** Ascending; the points of each of its sources. */
  #checkpoints: Held[] = [];

  constructor(store: PredictionStore) {
    this.#store = store;
  }

  /**
   * Null where the trends tell all: every epoch has one step, and nothing says more of the answers than the character
   * error rate and validation do.
   */
  now(): Quality | null {
    const { judge, checkpointsAreEpochs: byEpoch, scoreSettings } = this.#store;
    if (byEpoch && isToldByTrends(judge)) return null;
    this.#bringUpToDate(judge === null ? [validation] : [judge.name, validation]);
    const last = this.#checkpoints.at(-1) ?? null;
    return {
      judge: judge === null ? null : { ...judge, label: scoreSettings.labels.get(judge.name) ?? null },
      byEpoch,
      judged: judge === null ? [] : this.#series(0),
      validation: byEpoch ? null : this.#series(judge === null ? 0 : 1),
      last,
      end: judge === null || last === null ? null : endOf(last.points),
    };
  }

  #bringUpToDate(names: readonly string[]): void {
    const { life, reckoning, size } = this.#store;
    const made = JSON.stringify([life, reckoning, names]);
    if (made !== this.#made) this.#checkpoints = [];
    const points = made === this.#made ? this.#store.pointsSince(this.#rows, names) : this.#store.points(names);
    this.#made = made;
    this.#rows = size;
    let changed: Held | undefined;
    // Those of one checkpoint follow each other.
    for (const { epoch, step, source, scores } of points) {
      const point = { epoch, step, source, scores };
      if (changed === undefined || !isSameCheckpoint(changed, point)) changed = this.#emptied(point);
      changed.points.push(point);
    }
  }

  #emptied({ epoch, step }: Checkpoint): Held {
    const place = placeIn(this.#checkpoints, (other) => compareCheckpoints(other, { epoch, step }) < 0);
    const held = this.#checkpoints[place];
    const emptied = { epoch, step, points: [] };
    this.#checkpoints.splice(place, held !== undefined && isSameCheckpoint(held, emptied) ? 1 : 0, emptied);
    return emptied;
  }

  /** @param score its place in the names */
  #series(score: number): Series[] {
    const bySource = new Map<string, Rated[]>();
    for (const { points } of this.#checkpoints) {
      for (const { epoch, step, source, scores } of points) {
        const summary = scores[score];
        if (summary == null) continue;
        const series = bySource.get(source) ?? [];
        bySource.set(source, series);
        series.push({ epoch, step, value: summary.mean });
      }
    }
    return [...bySource].map(([source, points]) => ({ source, points }));
  }
}

const validation = 'validation_pass';

/** Scores that decide where nothing else does, and say nothing of an answer's worth. */
const measures: ReadonlySet<string> = new Set(['latency_ms', 'completion_tokens', 'prompt_tokens']);

function isToldByTrends(judge: Judge | null): boolean {
  if (judge === null || judge.name === validation || measures.has(judge.name)) return true;
  return judge.name === 'char_error_rate' && judge.direction === 'lower';
}

/** Each sample counts once, whatever its source. */
function endOf(points: readonly QualityPoint[]): Rated | null {
  let [sum, count] = [0, 0];
  for (const { scores } of points) {
    const summary = scores[0];
    if (summary == null) continue;
    sum += summary.mean * summary.count;
    count += summary.count;
  }
  const [first] = points;
  return first === undefined || count === 0 ? null : { epoch: first.epoch, step: first.step, value: sum / count };
}
