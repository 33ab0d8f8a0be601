import { type Direction, noSettings, type ScoreSettings } from '../model/directions.ts';
import { type ReasoningTags, tagsOf } from '../model/reasoning.ts';
import { type Judgement, judgedBy, judgementType, noJudgement, settingsOf } from '../model/scoreSettings.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import { schema } from '../wire/schema.ts';

/** Where a reader's choice is kept over reloads. */
export interface JudgementStorage {
  get(): unknown;
  set(judgement: Judgement | undefined): void;
}

const judgement = schema(judgementType);

/** By which score the answers of one job are judged: what its config says, and what its reader chose before that. */
export class Judging {
  readonly #store: PredictionStore;
  readonly #storage: JudgementStorage | undefined;
  #changed: () => void;
  #chosen: Judgement;
  #config: unknown;
  #settings: ScoreSettings = noSettings;
  #reasoningTags: readonly ReasoningTags[] | undefined;

  /**
   * @param storage undefined keeps the choice as long as the watch
   * @param changed marks and counts are others now
   */
  constructor(store: PredictionStore, storage: JudgementStorage | undefined, changed: () => void) {
    this.#store = store;
    this.#storage = storage;
    this.#changed = () => {};
    const kept = storage?.get();
    this.#chosen = judgement.check(kept) ? kept : noJudgement;
    this.#apply();
    this.#changed = changed;
  }

  /** The deciding score that the reader chose; null where the job decides. */
  get chosen(): string | null {
    return this.#chosen.score;
  }

  /** @param score null leaves it to the job again */
  choose(score: string | null): void {
    this.#keep({ ...this.#chosen, score });
  }

  /** @param direction null leaves it to the job again */
  turn(score: string, direction: Direction | null): void {
    const others = this.#chosen.directions.filter(([name]) => name !== score);
    this.#keep({ ...this.#chosen, directions: direction === null ? others : [...others, [score, direction]] });
  }

  /** What opens and closes reasoning in the job's answers; undefined where the job names nothing. */
  get reasoningTags(): readonly ReasoningTags[] | undefined {
    return this.#reasoningTags;
  }

  /** What a listing says of the job's config. */
  setConfig(config: unknown): void {
    const text = JSON.stringify(config);
    if (text === this.#config) return;
    this.#config = text;
    this.#settings = settingsOf(config);
    this.#reasoningTags = tagsOf(config);
    this.#apply();
  }

  #keep(chosen: Judgement): void {
    this.#chosen = chosen;
    const isNothing = chosen.score === null && chosen.directions.length === 0;
    this.#storage?.set(isNothing ? undefined : chosen);
    this.#apply();
  }

  #apply(): void {
    this.#store.judgeBy(judgedBy(this.#settings, this.#chosen), this.#chosen.score);
    this.#changed();
  }
}
