import type { SampleKey } from '../model/samples.ts';
import { beginning } from '../plainText.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import { orNull } from '../store/rowTable.ts';
import type { Differences } from './differences/differences.ts';
import type { DifferencePart, HistoryEntry, HostMessageOf, ViewState } from './protocol.ts';
import { cell } from './tableView.ts';

const promptCharacters = 120;
/** Longer pairs of texts are not compared in the Comparison tab, in characters. */
const differenceCharacters = 20_000;

/** The part of a view that the Comparison tab shows. */
export type ComparisonView = Pick<ViewState, 'sample' | 'compareWith' | 'answers'>;

/** The answers that the reader was told of. */
interface ToldHistory extends Pick<ViewState, 'compareWith' | 'answers'> {
  sample: SampleKey | null;
  firstCorrect: number | undefined;
  firstRegression: number | undefined;
}

/** One sample's answers over the epochs as one panel shows them; tells of what changed since it told before. */
export class SampleView {
  readonly #store: PredictionStore;
  readonly #differences: Differences;
  #life: number;
  /** The rows that the reader was told of; null before it was told of any. */
  #toldRows: number | null = null;
  #told: ToldHistory | null = null;

  constructor(store: PredictionStore, differences: Differences) {
    this.#store = store;
    this.#differences = differences;
    this.#life = store.life;
  }

  /** The reader knows nothing any more: the next message tells of all samples and answers. */
  forgetReader(): void {
    this.#toldRows = null;
    this.#told = null;
  }

  /** The answers have to be told of again, as when a difference was found that took its time. */
  forgetHistory(): void {
    this.#told = null;
  }

  /** The first sample stands in where none was chosen, or one that is not there. */
  message(view: ComparisonView): HostMessageOf<'comparison'> {
    const store = this.#store;
    const { table } = store;
    if (this.#life !== store.life) this.forgetReader();
    this.#life = store.life;
    const toldRows = this.#toldRows;
    const chosen = view.sample !== null && store.answerCount(view.sample) > 0 ? view.sample : store.firstSample;
    const { answers, compareWith } = view;
    const isSame =
      this.#told?.sample === chosen && this.#told.answers === answers && this.#told.compareWith === compareWith;
    const told = isSame ? this.#told : null;
    const changed = told === null || toldRows === null ? null : this.#changedSince(toldRows, chosen);
    const window = changed?.size === 0 || chosen === null ? [] : store.historyRows(chosen, answers);
    const places = [...window.keys()].filter((place) => changed?.has(window[place] ?? -1) ?? true);
    const [newest] = chosen === null ? [] : store.historyRows(chosen, 1);
    const truth = newest === undefined ? null : table.groundTruth(newest);
    const firsts = this.#firsts(chosen, told, changed);
    const samples = toldRows === null ? store.samples() : store.samplesSince(toldRows);
    const count = chosen === null ? 0 : store.answerCount(chosen);
    const message: HostMessageOf<'comparison'> = {
      type: 'comparison',
      answers: count,
      samples: samples.map(({ key, sampleIndex, source, prompt, answers: epochs }) => ({
        key,
        sampleIndex,
        source,
        prompt: beginning(prompt, promptCharacters),
        epochs,
      })),
      allSamples: toldRows === null,
      sample: chosen,
      prompt: newest === undefined ? '' : cell(table.prompt(newest)),
      groundTruth: truth === null ? null : cell(truth),
      history: places.map((place) => this.#entry(window[place] ?? 0, view)),
      allHistory: changed === null,
      places,
      shown: Math.min(count, answers),
      firstCorrect: firsts.firstCorrect === undefined ? null : table.epoch(firsts.firstCorrect),
      firstRegression: firsts.firstRegression === undefined ? null : table.epoch(firsts.firstRegression),
    };
    // Texts may turn out to be lost on the way here: nothing was told then.
    this.#toldRows = store.size;
    this.#told = { sample: chosen, answers, compareWith, ...firsts };
    return message;
  }

  /** The sample's rows from `start` on, and those that are held against them. */
  #changedSince(start: number, sample: SampleKey | null): Set<number> {
    const store = this.#store;
    const changed = new Set<number>();
    for (let row = start; row < store.size; row += 1) {
      if (store.sampleKey(row) !== sample) continue;
      changed.add(row);
      for (const next of store.nextAnswers(row)) changed.add(next);
    }
    return changed;
  }

  /** The oldest answer that is right, and the oldest that is worse than the one before it. */
  #firsts(
    sample: SampleKey | null,
    told: ToldHistory | null,
    changed: Set<number> | null,
  ): Pick<ToldHistory, 'firstCorrect' | 'firstRegression'> {
    const store = this.#store;
    const { table } = store;
    const isCorrect = (row: number): boolean => table.score(row, 'exact_match') === 1;
    const isWorse = (row: number): boolean => store.mark(row) === 'worse';
    const first = (known: number | undefined, test: (row: number) => boolean): number | undefined => {
      // Of a long history only what changed is looked at, unless the first one is no longer what it was.
      if (told === null || changed === null || (known !== undefined && changed.has(known) && !test(known))) {
        return sample === null ? undefined : store.historyRows(sample).findLast(test);
      }
      let found = known;
      for (const row of changed) {
        if (test(row) && (found === undefined || table.newestFirst(row, found) > 0)) found = row;
      }
      return found;
    };
    return {
      firstCorrect: first(told?.firstCorrect, isCorrect),
      firstRegression: first(told?.firstRegression, isWorse),
    };
  }

  #entry(row: number, { compareWith }: ComparisonView): HistoryEntry {
    const store = this.#store;
    const { table } = store;
    const before = store.before(row);
    const id = table.id(row);
    const truth = table.groundTruth(row);
    const prediction = table.prediction(row);
    let difference: DifferencePart[] | null = null;
    // All epochs travel in one message: long texts are for the diff editor.
    const isShort = (other: string): boolean => prediction.length + other.length <= differenceCharacters;
    if (compareWith === 'truth' && truth !== null && isShort(truth)) {
      difference = this.#differences.get(`${id} truth`, truth, prediction);
    }
    if (compareWith === 'previous' && before !== undefined) {
      const other = table.prediction(before);
      if (isShort(other)) difference = this.#differences.get(`${id} ${table.id(before)}`, other, prediction);
    }
    return {
      id,
      epoch: table.epoch(row),
      step: table.step(row),
      prediction: cell(prediction),
      charErrorRate: orNull(table.score(row, 'char_error_rate')),
      validationPass: table.validationPass(row),
      mark: store.mark(row),
      difference,
    };
  }
}
