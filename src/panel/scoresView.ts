import { directionOf } from '../model/directions.ts';
import { compareTexts } from '../model/order.ts';
import type { WatchSession } from '../watch/watchSession.ts';
import type { HostMessageOf } from './protocol.ts';

/** What a job's rows are told apart and judged by; tells of it when something of it changed since it told before. */
export class ScoresView {
  readonly #session: WatchSession;
  #told = '';

  constructor(session: WatchSession) {
    this.#session = session;
  }

  /** The reader knows nothing any more. */
  forgetReader(): void {
    this.#told = '';
  }

  /** Null where the reader knows it. */
  news(): HostMessageOf<'scores'> | null {
    const message = this.#message();
    const text = JSON.stringify(message);
    if (text === this.#told) return null;
    this.#told = text;
    return message;
  }

  #message(): HostMessageOf<'scores'> {
    const { store, judging } = this.#session;
    const settings = store.scoreSettings;
    return {
      type: 'scores',
      scores: store.scoreNames.map((name) => ({
        name,
        label: settings.labels.get(name) ?? null,
        direction: directionOf(name, settings),
      })),
      leftOut: store.scoresLeftOut,
      judge: store.judge?.name ?? null,
      chosen: judging.chosen,
      sources: [...store.sources].sort(compareTexts),
      byEpoch: store.checkpointsAreEpochs,
      completions: store.hasCompletions,
      supersedes: store.supersedes,
      truths: store.hasTruths,
    };
  }
}
