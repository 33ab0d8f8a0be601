import type { SampleKey } from '../model/samples.ts';
import { isKnownScore } from '../model/scores.ts';
import { beginning } from '../plainText.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import { orNull } from '../store/rowTable.ts';
import { cell } from './cell.ts';
import { type Landmarks, landmarksOf } from './comparison/landmarks.ts';
import type { Differences } from './differences/differences.ts';
import type { DifferencePart, HistoryEntry, HostMessageOf, ViewState } from './protocol.ts';

const promptCharacters = 120;
/** Longer pairs of texts are not compared in the Comparison tab, in characters. */
const differenceCharacters = 20_000;

/** The part of a view that the Comparison tab shows. */
export type ComparisonView = Pick<ViewState, 'sample' | 'source' | 'compareWith' | 'answers'>;

/** The answers that the reader was told of. */
interface ToldHistory extends Pick<ViewState, 'compareWith' | 'answers'> {
  sample: SampleKey | null;
  /** The scores of which values were told. */
  names: readonly string[];
  landmarks: Landmarks;
}

/** One sample's answers over the checkpoints as one panel shows them; tells of what changed since it told before. */
export class SampleView {
  readonly #store: PredictionStore;
  readonly #differences: Differences;
  #life: number;
  #reckoning: number;
  /** The rows that the reader was told of; null before it was told of any. */
  #toldRows: number | null = null;
  #told: ToldHistory | null = null;

  constructor(store: PredictionStore, differences: Differences) {
    this.#store = store;
    this.#differences = differences;
    this.#life = store.life;
    this.#reckoning = store.reckoning;
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
    // Answers may be of other samples now, better or worse than others, or superseded.
    if (this.#life !== store.life || this.#reckoning !== store.reckoning) this.forgetReader();
    this.#life = store.life;
    this.#reckoning = store.reckoning;
    const toldRows = this.#toldRows;
    const chosen = this.#chosen(view);
    const told = this.#toldOf(chosen, view);
    const changed = told === null || toldRows === null ? null : this.#changedSince(toldRows, chosen);
    const { answers, compareWith } = view;
    const landmarks = landmarksOf(store, chosen, told?.landmarks ?? null, changed, compareWith === 'best');
    const against = againstOf(landmarks, compareWith);
    // All of them are held against another answer now.
    const allHistory = told === null || changed === null || against !== againstOf(told.landmarks, compareWith);
    const window = chosen === null || (!allHistory && changed.size === 0) ? [] : store.historyRows(chosen, answers);
    const places = [...window.keys()].filter((place) => allHistory || changed.has(window[place] ?? -1));
    const [newest] = chosen === null ? [] : store.historyRows(chosen, 1);
    const truth = newest === undefined ? null : table.groundTruth(newest);
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
      history: places.map((place) => this.#entry(window[place] ?? 0, compareWith, against)),
      allHistory,
      places,
      shown: Math.min(count, answers),
      against: against === undefined ? null : table.id(against),
      ...this.#firsts(landmarks),
    };
    // Texts may turn out to be lost on the way here: nothing was told then.
    this.#toldRows = store.size;
    this.#told = { sample: chosen, answers, compareWith, names: store.scoreNames, landmarks };
    return message;
  }

  /** The chosen sample where it is of the chosen source, else the first one that is. */
  #chosen({ sample, source: asked }: ComparisonView): SampleKey | null {
    const store = this.#store;
    // A source that no row names hides nothing.
    const source = asked !== null && store.sources.includes(asked) ? asked : null;
    if (sample !== null && store.answerCount(sample) > 0) {
      if (source === null || store.sampleSource(sample) === source) return sample;
    }
    const first = source === null ? store.firstSample : store.firstSampleOf(source);
    if (first === null || store.answerCount(first) > 0) return first;
    // All of its answers are superseded.
    return store.samples().find((other) => source === null || other.source === source)?.key ?? null;
  }

  /** What the reader was told of just this; null where it was told of something else. */
  #toldOf(sample: SampleKey | null, { answers, compareWith }: ComparisonView): ToldHistory | null {
    const told = this.#told;
    const isSame = told?.sample === sample && told.answers === answers && told.compareWith === compareWith;
    return isSame && told.names === this.#store.scoreNames ? told : null;
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

  #firsts({ firstCorrect, firstRegression }: Landmarks): Firsts {
    const { table } = this.#store;
    return {
      firstCorrect: firstCorrect === undefined ? null : table.epoch(firstCorrect),
      firstCorrectStep: firstCorrect === undefined ? null : table.step(firstCorrect),
      firstRegression: firstRegression === undefined ? null : table.epoch(firstRegression),
      firstRegressionStep: firstRegression === undefined ? null : table.step(firstRegression),
    };
  }

  #entry(row: number, compareWith: ViewState['compareWith'], against: number | undefined): HistoryEntry {
    const store = this.#store;
    const { table } = store;
    const id = table.id(row);
    const truth = table.groundTruth(row);
    const prediction = table.prediction(row);
    let difference: DifferencePart[] | null = null;
    // All answers travel in one message: long texts are for the diff editor.
    const isShort = (other: string): boolean => prediction.length + other.length <= differenceCharacters;
    if (compareWith === 'truth' && truth !== null && isShort(truth)) {
      difference = this.#differences.get(`${id} truth`, truth, prediction);
    }
    const before = compareWith === 'previous' ? store.before(row) : against;
    if (before !== undefined && before !== row) {
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
      scores: this.#scores(row),
      mark: store.mark(row),
      difference,
    };
  }

  #scores(row: number): HistoryEntry['scores'] {
    const { table, scoreNames, judge } = this.#store;
    return scoreNames.flatMap((name) => {
      if (hasField.has(name) || (isKnownScore(name) && name !== judge?.name)) return [];
      const value = table.score(row, name);
      return Number.isNaN(value) ? [] : [[name, value] as const];
    });
  }
}

type Firsts = Pick<
  HostMessageOf<'comparison'>,
  'firstCorrect' | 'firstCorrectStep' | 'firstRegression' | 'firstRegressionStep'
>;

/** Scores that fields of an entry tell. */
const hasField: ReadonlySet<string> = new Set(['char_error_rate', 'validation_pass']);

/** The answer that all are held against; undefined where each is held against something of its own. */
function againstOf(landmarks: Landmarks, compareWith: ViewState['compareWith']): number | undefined {
  return compareWith === 'first' || compareWith === 'best' ? landmarks[compareWith] : undefined;
}
