import type { CheckpointChanges } from '../model/marks.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import type { TrendPoint } from '../wire/trends.ts';
import type { HostMessageOf } from './protocol.ts';

/** Another watched job, for the charts. */
export interface OtherJob {
  key: string;
  title: string;
  store: PredictionStore;
}

/** What a reader was told of one job. A job has thousands of epochs, of which one or two change with a row. */
class ToldEpochs {
  readonly store: PredictionStore;
  #life: number;
  /** The rows whose epochs were told; null before any were. */
  #rows: number | null = null;

  constructor(store: PredictionStore) {
    this.store = store;
    this.#life = store.life;
  }

  next(): { points: TrendPoint[]; changes: CheckpointChanges[]; allEpochs: boolean } {
    const { store } = this;
    const told = this.#life === store.life ? this.#rows : null;
    this.#life = store.life;
    this.#rows = store.size;
    return told === null
      ? { points: store.trends(), changes: store.changes(), allEpochs: true }
      : { ...store.trendsSince(told), allEpochs: false };
  }
}

/** The epochs of one job, and of one laid over it, as one panel charts them. */
export class TrendsView {
  readonly #store: PredictionStore;
  #own: ToldEpochs;
  #over: ToldEpochs | null = null;

  constructor(store: PredictionStore) {
    this.#store = store;
    this.#own = new ToldEpochs(store);
  }

  /** The reader knows nothing any more: the next message tells of all epochs. */
  forgetReader(): void {
    this.#own = new ToldEpochs(this.#store);
    this.#over = null;
  }

  /** @param overlay key of the job that is laid over this one; null for none */
  message(others: readonly OtherJob[], overlay: string | null): HostMessageOf<'trends'> {
    return {
      type: 'trends',
      ...this.#own.next(),
      overallImprovement: this.#store.overallImprovement,
      others: others.map(({ key, title }) => ({ key, title })),
      overlay: this.#overlay(others.find(({ key }) => key === overlay)),
    };
  }

  #overlay(job: OtherJob | undefined): HostMessageOf<'trends'>['overlay'] {
    if (job === undefined) {
      this.#over = null;
      return null;
    }
    if (this.#over?.store !== job.store) this.#over = new ToldEpochs(job.store);
    const { points, allEpochs } = this.#over.next();
    return { key: job.key, title: job.title, points, allEpochs };
  }
}
