import type { CheckpointChanges } from '../model/marks.ts';
import type { CheckpointPoint } from '../store/checkpointIndex.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import { bandOfScore, chartedScores } from './initialView.ts';
import type {
  BandKind,
  ChartedScore,
  PackedChanges,
  PackedPoint,
  ScorePoint,
  ToldCheckpoints,
} from './protocol/trends.ts';
import type { ViewState } from './protocol/view.ts';
import type { HostMessageOf } from './protocol.ts';

/** Another watched job, for the charts. */
export interface OtherJob {
  key: string;
  title: string;
  store: PredictionStore;
}

/** What a reader was told of one job. A job has thousands of checkpoints, of which one or two change with a row. */
class Teller {
  readonly store: PredictionStore;
  /** What else the points depend on, as it was; empty before anything was told. */
  #made = '';
  /** The rows whose checkpoints were told. */
  #rows = 0;

  constructor(store: PredictionStore) {
    this.store = store;
  }

  next(scores: readonly ChartedScore[], groups: boolean): { checkpoints: string; allCheckpoints: boolean } {
    const { store } = this;
    const names = scores.map(({ name }) => name);
    const bands = scores.map(({ band }) => band);
    const made = JSON.stringify([store.life, store.reckoning, names, bands, groups]);
    const allCheckpoints = made !== this.#made;
    const points = allCheckpoints ? store.points(names) : store.pointsSince(this.#rows, names);
    const changes = allCheckpoints ? store.changes() : store.changesSince(this.#rows);
    this.#made = made;
    this.#rows = store.size;
    const news: ToldCheckpoints = {
      points: points.map((point) => packedPoint(point, bands, groups)),
      changes: changes.map(packedChanges),
    };
    return { checkpoints: JSON.stringify(news), allCheckpoints };
  }
}

/** The checkpoints of one job, and of one laid over it, as one panel charts them. */
export class TrendsView {
  readonly #store: PredictionStore;
  #own: Teller;
  #over: Teller | null = null;

  constructor(store: PredictionStore) {
    this.#store = store;
    this.#own = new Teller(store);
  }

  /** The reader knows nothing any more: the next message tells of all checkpoints. */
  forgetReader(): void {
    this.#own = new Teller(this.#store);
    this.#over = null;
  }

  /**
   * @param overlay key of the job that is laid over this one; null for none
   * @param chosen what the reader wants charts of, and with which band; null leaves it to the job
   */
  message(
    others: readonly OtherJob[],
    overlay: string | null,
    chosen: Pick<ViewState, 'trendScores' | 'trendBand'> = { trendScores: null, trendBand: null },
  ): HostMessageOf<'trends'> {
    const { judge, scoreNames, table, hasCompletions } = this.#store;
    const charted = chartedScores(chosen.trendScores, scoreNames);
    // How the job did as a whole is told by the deciding score, charted or not.
    const names = judge === null || charted.includes(judge.name) ? charted : [...charted, judge.name];
    const scores = names.map((name): ChartedScore => {
      const isShare = table.scores.isShare(name);
      return { name, isShare, band: bandOfScore({ name, isShare }, chosen.trendBand, scoreNames, hasCompletions) };
    });
    const groups = hasCompletions && judge !== null;
    return {
      type: 'trends',
      scores,
      groups,
      ...this.#own.next(scores, groups),
      others: others.map(({ key, title }) => ({ key, title })),
      overlay: this.#overlay(
        others.find(({ key }) => key === overlay),
        scores,
        groups,
      ),
    };
  }

  #overlay(
    job: OtherJob | undefined,
    scores: readonly ChartedScore[],
    groups: boolean,
  ): HostMessageOf<'trends'>['overlay'] {
    if (job === undefined) {
      this.#over = null;
      return null;
    }
    if (this.#over?.store !== job.store) this.#over = new Teller(job.store);
    return { key: job.key, title: job.title, ...this.#over.next(scores, groups) };
  }
}

function packedPoint(point: CheckpointPoint, bands: readonly (BandKind | null)[], groups: boolean): PackedPoint {
  const { epoch, step, source, samples, predictions, scores } = point;
  const list = scores.map((_, index) => scorePoint(point, index, bands[index] ?? null));
  return [epoch, step, source, samples, predictions, ...list, ...(groups ? [groupPoint(point)] : [])];
}

function groupPoint({ groups }: CheckpointPoint): ScorePoint | null {
  return groups === null ? null : [shortened(groups.idle / groups.groups), groups.groups];
}

function packedChanges({ epoch, step, improved, regressed, unchanged }: CheckpointChanges): PackedChanges {
  return [epoch, step, improved, regressed, unchanged];
}

function scorePoint({ scores, passes }: CheckpointPoint, index: number, band: BandKind | null): ScorePoint | null {
  const summary = scores[index];
  if (summary == null) return null;
  const { mean, p10, p90, min, max, count } = summary;
  const passed = passes[index];
  const edges = {
    percentiles: [p10, p90],
    range: [min, max],
    passes: passed == null ? null : [passed.all, passed.any],
  };
  const [low, high] = (band === null ? null : edges[band]) ?? [];
  if (low === undefined || high === undefined) return [shortened(mean), count];
  return [shortened(mean), count, shortened(low), shortened(high)];
}

/** What a float of 32 bits holds, in which trainers log: more digits of thousands of points would be half of a message. */
const digits = 7;
/** Below and above, numbers stay as they are, as whole ones do. */
const [smallest, largest] = [1e-9, 1e6];
const powers = Array.from({ length: digits + 9 }, (_, power) => 10 ** power);

/** With seven digits, where it has more and is neither a tiny nor a large one. */
export function shortened(value: number): number {
  const size = Math.abs(value);
  if (size < smallest || size >= largest || Number.isInteger(value)) return value;
  const scale = powers[digits - 1 - Math.floor(Math.log10(size))] ?? Number.NaN;
  return Math.round(value * scale) / scale;
}
