import { cutOffOf } from '../model/completions.ts';
import type { ReasoningTags } from '../model/reasoning.ts';
import type { SampleKey } from '../model/samples.ts';
import { isKnownScore } from '../model/scores.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import { orNull } from '../store/rowTable.ts';
import { AnswerCells, cellKey } from './comparison/answerCells.ts';
import { type Landmarks, landmarksOf } from './comparison/landmarks.ts';
import { SampleList } from './comparison/sampleList.ts';
import type { Differences } from './differences/differences.ts';
import { bestFirst, groupFigures, passRates } from './groups/groupFigures.ts';
import { heldAgainst } from './initialView.ts';
import { jsonForm } from './json/keyDifference.ts';
import type { HistoryEntry } from './protocol/comparison.ts';
import type { DifferencePart, JsonForm } from './protocol/texts.ts';
import type { ViewState } from './protocol/view.ts';
import type { HostMessageOf } from './protocol.ts';
import { meanOf } from './tableQuery.ts';
import { answerText, cutAnswer, repliedRow } from './texts/answerText.ts';
import { cell, cutLength } from './texts/cell.ts';
import { rooms, shownPromptOf } from './texts/promptText.ts';

/** Longer pairs of texts are not compared in the Comparison tab, in characters. */
const differenceCharacters = 20_000;

/** The part of a view that the Comparison tab shows. */
export type ComparisonView = Pick<
  ViewState,
  'sample' | 'source' | 'sampleSearch' | 'compareWith' | 'answers' | 'superseded' | 'finalAnswerOnly' | 'openAnswers'
> &
  Partial<Pick<ViewState, 'compareJson'>>;

/** The answers that the reader was told of. */
interface ToldHistory extends Omit<ComparisonView, 'source' | 'sampleSearch'> {
  /** What opened and closed reasoning. */
  tags: readonly ReasoningTags[] | undefined;
  /** The answer that all were held against. */
  against: number | undefined;
  /** The scores of which values were told. */
  names: readonly string[];
  landmarks: Landmarks;
}

/** One sample's answers over the checkpoints as one panel shows them; tells of what changed since it told before. */
export class SampleView {
  readonly #store: PredictionStore;
  readonly #differences: Differences;
  readonly #cells: AnswerCells;
  readonly #samples: SampleList;
  readonly #tags: () => readonly ReasoningTags[] | undefined;
  #life: number;
  #reckoning: number;
  /** The rows that the reader was told of; null before it was told of any. */
  #toldRows: number | null = null;
  #told: ToldHistory | null = null;
  /** The sample whose answers the reader has a list of, whatever of it has to be told again. */
  #listed: SampleKey | null = null;
  /** The keys of answers in that list that the reader was not told of yet. */
  readonly #owed = new Set<string>();
  /** The differences that answers were told without, as they are still looked for, by the keys of those answers. */
  readonly #awaited = new Map<string, string[]>();
  /** The same of answers that were told beside the list. */
  readonly #awaitedAside = new Set<string>();

  /** @param tags what opens and closes reasoning in answers; undefined for the usual ones */
  constructor(
    store: PredictionStore,
    differences: Differences,
    tags: () => readonly ReasoningTags[] | undefined = () => undefined,
  ) {
    this.#store = store;
    this.#cells = new AnswerCells(store);
    this.#samples = new SampleList(store);
    this.#tags = tags;
    this.#differences = differences;
    this.#life = store.life;
    this.#reckoning = store.reckoning;
  }

  /** The reader knows nothing any more: the next message tells of all samples and answers. */
  forgetReader(): void {
    this.#samples.forget();
    this.#toldRows = null;
    this.#told = null;
  }

  /** The answers have to be told of again, in the list that the reader has of them. */
  forgetHistory(): void {
    this.#told = null;
  }

  /** The reader begins with an empty page. */
  forgetPage(): void {
    this.forgetReader();
    this.#listed = null;
  }

  /** Whether answers were left for the next message. */
  get owes(): boolean {
    return this.#owed.size > 0;
  }

  /** Goes on looking for samples for a moment. @returns whether there is more to do */
  work(): boolean {
    return this.#samples.work();
  }

  /**
   * The first sample stands in where none was chosen, or one that is not there.
   *
   * @param atOnce of a sample that the reader did not look at, so many answers are told; the next message has the others
   */
  message(asked: ComparisonView, atOnce = Number.POSITIVE_INFINITY): HostMessageOf<'comparison'> {
    const store = this.#store;
    const view = { ...asked, compareWith: heldAgainst(asked.compareWith, store.hasTruths) };
    const { table } = store;
    // Answers may be of other samples now, better or worse than others, or superseded.
    if (this.#life !== store.life || this.#reckoning !== store.reckoning) this.forgetReader();
    this.#life = store.life;
    this.#reckoning = store.reckoning;
    if ([...this.#awaitedAside].some((name) => !this.#differences.isAwaited(name))) this.forgetHistory();
    const toldRows = this.#toldRows;
    const chosen = this.#chosen(view);
    const told = this.#toldOf(chosen, view);
    const changed = told === null || toldRows === null ? null : this.#changedSince(toldRows, chosen);
    const { answers, compareWith } = view;
    const landmarks = landmarksOf(store, chosen, told?.landmarks ?? null, changed, compareWith === 'best');
    const against = this.#againstOf(landmarks, compareWith);
    // All of them are held against another answer now.
    const allHistory = told === null || changed === null || against !== told.against;
    const cells = this.#cells.of(chosen, view.superseded);
    const changedKeys = this.#keysOf(changed ?? [], told?.openAnswers ?? [], view.openAnswers);
    for (const key of [...this.#owed, ...this.#found()]) changedKeys.add(key);
    const window = allHistory || changedKeys.size > 0 ? cells.slice(0, answers) : [];
    const inWindow = [...window.keys()];
    const keyAt = (place: number) => cellKey(store, window[place] ?? 0);
    // Texts may turn out to be lost on the way to the end: nothing was told then.
    this.#told = null;
    this.#owed.clear();
    if (allHistory) {
      this.#awaited.clear();
      this.#awaitedAside.clear();
      // A list that the reader is in stays as long as it is.
      if (chosen !== this.#listed) for (const place of inWindow.slice(atOnce)) this.#owed.add(keyAt(place));
    }
    const places = allHistory
      ? inWindow.slice(0, inWindow.length - this.#owed.size)
      : inWindow.filter((place) => changedKeys.has(keyAt(place)));
    const [newest] = chosen === null ? [] : store.historyRows(chosen, 1);
    const truth = newest === undefined ? null : table.groundTruth(newest);
    const truthCharacters = truth === null ? undefined : cutLength(truth);
    const count = cells.length;
    const { compareJson = 'text', finalAnswerOnly: finalOnly } = view;
    const awaits = (key: string, name: string) => {
      this.#awaited.set(key, [...(this.#awaited.get(key) ?? []), name]);
    };
    const how = { compareWith, compareJson, against, finalOnly, open: new Set(view.openAnswers), awaits };
    const message: HostMessageOf<'comparison'> = {
      type: 'comparison',
      answers: count,
      ...this.#samples.news(chosen, view, toldRows),
      sample: chosen,
      ...(newest === undefined ? { prompt: '' } : shownPromptOf(store, newest, this.#tags())),
      asked: newest === undefined ? null : table.id(newest),
      groundTruth: truth === null ? null : cell(truth),
      ...(truthCharacters === undefined ? {} : { truthCharacters }),
      history: places.map((place) => this.#entry(window[place] ?? 0, how)),
      allHistory,
      places,
      shown: Math.min(count, answers),
      against: against === undefined ? null : table.id(against),
      ...this.#firsts(landmarks),
    };
    this.#toldRows = store.size;
    this.#listed = chosen;
    const { source: _source, sampleSearch: _search, ...of } = view;
    this.#told = { ...of, sample: chosen, names: store.scoreNames, landmarks, tags: this.#tags(), against };
    return message;
  }

  /**
   * One answer of the sample, whether it is among those that were told or not.
   *
   * @param place from the oldest, where there is no answer of that key
   */
  answerAt(view: ComparisonView, place: number, key: string | null): HostMessageOf<'answerAt'> {
    const store = this.#store;
    const chosen = this.#chosen(view);
    const cells = this.#cells.of(chosen, view.superseded);
    const found = key === null ? -1 : cells.findIndex((row) => cellKey(store, row) === key);
    const index = found >= 0 ? found : Math.max(0, cells.length - 1 - place);
    const row = cells[index];
    if (row === undefined) return { type: 'answerAt', place: 0, entry: null };
    const compareWith = heldAgainst(view.compareWith, store.hasTruths);
    const { compareJson = 'text', finalAnswerOnly: finalOnly } = view;
    const told = this.#toldOf(chosen, { ...view, compareWith });
    const landmarks = told?.landmarks ?? landmarksOf(store, chosen, null, null, compareWith === 'best');
    const against = this.#againstOf(landmarks, compareWith);
    const awaits = (_key: string, name: string) => this.#awaitedAside.add(name);
    const how = { compareWith, compareJson, against, finalOnly, open: new Set(view.openAnswers), awaits };
    return { type: 'answerAt', place: cells.length - 1 - index, entry: this.#entry(row, how) };
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
    for (const other of store.eachSample()) if (source === null || other.source === source) return other.key;
    return null;
  }

  /** What the reader was told of just this, whatever was open; null where it was told of something else. */
  #toldOf(sample: SampleKey | null, view: ComparisonView): ToldHistory | null {
    const told = this.#told;
    if (told === null || told.sample !== sample || told.names !== this.#store.scoreNames) return null;
    const isSame =
      told.answers === view.answers &&
      told.compareWith === view.compareWith &&
      told.superseded === view.superseded &&
      told.finalAnswerOnly === view.finalAnswerOnly &&
      told.compareJson === view.compareJson &&
      told.tags === this.#tags();
    return isSame ? told : null;
  }

  /** The answers that rows are of, and those that were opened or closed. */
  #keysOf(rows: Iterable<number>, before: readonly string[], now: readonly string[]): Set<string> {
    const keys = new Set([...rows].map((row) => cellKey(this.#store, row)));
    for (const key of before) if (!now.includes(key)) keys.add(key);
    for (const key of now) if (!before.includes(key)) keys.add(key);
    return keys;
  }

  /** The answers that were told without a difference which is there now. */
  #found(): string[] {
    const found = [...this.#awaited].filter(([, names]) => names.some((name) => !this.#differences.isAwaited(name)));
    const keys = found.map(([key]) => key);
    for (const key of keys) this.#awaited.delete(key);
    return keys;
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

  /** The answer that all are held against; undefined where each is held against something of its own. */
  #againstOf(landmarks: Landmarks, compareWith: ViewState['compareWith']): number | undefined {
    if (compareWith === 'best') return landmarks.best;
    return compareWith === 'first' ? this.#bestOf(landmarks.first) : undefined;
  }

  /** The best of the completions that a row is one of. */
  #bestOf(row: number | undefined): number | undefined {
    return row === undefined ? undefined : bestFirst(this.#store, this.#store.group(row))[0];
  }

  /** @param row one of the cell */
  #entry(row: number, how: Comparing): HistoryEntry {
    const store = this.#store;
    const rows = store.group(row);
    const key = cellKey(store, row);
    if (rows.length < 2) return this.#answer(row, key, null, how);
    const members = bestFirst(store, rows);
    const mean = (name: string): number => meanOf(store, rows, name);
    const opened = how.open.has(key)
      ? members.map((member) => ({ ...this.#answer(member, key, rows.indexOf(member) + 1, how), mark: null }))
      : null;
    return {
      ...this.#answer(members[0] ?? row, key, null, how),
      group: {
        ...groupFigures(store, rows),
        passes: passRates(store, rows),
        validation: orNull(mean('validation_pass')),
        opened,
      },
      charErrorRate: orNull(mean('char_error_rate')),
      scores: this.#scores(mean),
    };
  }

  /** @param place of one of several completions */
  #answer(row: number, key: string, place: number | null, how: Comparing): HistoryEntry {
    const store = this.#store;
    const { table } = store;
    const { compareWith } = how;
    const read = table.read(row);
    const tags = this.#tags();
    const answer = answerText(read, tags, how.finalOnly, rooms.list);
    const truth = read.ground_truth ?? null;
    let difference: DifferencePart[] | null = null;
    let json: JsonForm = {};
    // All answers travel in one message: long texts are for the diff editor.
    const isShort = (other: string): boolean => answer.text.length + other.length <= differenceCharacters;
    const name = `${read.id}${answer.part}`;
    const differenceTo = (otherName: string, other: string) => {
      const pair = `${name} ${otherName}`;
      const found = this.#differences.get(pair, other, answer.text);
      if (found === null && this.#differences.isAwaited(pair)) how.awaits(key, pair);
      return found;
    };
    if (compareWith === 'truth' && truth !== null && isShort(truth)) {
      difference = differenceTo('truth', truth);
      json = jsonForm(truth, answer.text, how.compareJson);
    }
    const before = compareWith === 'previous' ? this.#bestOf(store.before(row)) : how.against;
    if (before !== undefined && before !== row) {
      const other = answerText(repliedRow(table, before), tags, how.finalOnly, rooms.list);
      const otherName = `${table.id(before)}${other.part}`;
      if (isShort(other.text)) {
        difference = differenceTo(otherName, other.text);
        json = jsonForm(other.text, answer.text, how.compareJson);
      }
    }
    return {
      key,
      id: read.id,
      epoch: table.epoch(row),
      step: table.step(row),
      place,
      group: null,
      superseded: store.supersededBy(row),
      ...cutAnswer(answer),
      cutOff: cutOffOf(read),
      charErrorRate: orNull(table.score(row, 'char_error_rate')),
      validationPass: table.validationPass(row),
      scores: this.#scores((score) => table.score(row, score)),
      mark: store.mark(row),
      difference,
      ...json,
    };
  }

  /** @param value NaN where there is none */
  #scores(value: (name: string) => number): HistoryEntry['scores'] {
    const { scoreNames, judge } = this.#store;
    return scoreNames.flatMap((name) => {
      if (hasField.has(name) || (isKnownScore(name) && name !== judge?.name)) return [];
      const found = value(name);
      return Number.isNaN(found) ? [] : [[name, found] as const];
    });
  }
}

/** What the answers are held against, and which of them are open. */
interface Comparing extends Pick<ViewState, 'compareWith' | 'compareJson'> {
  against: number | undefined;
  finalOnly: boolean;
  open: ReadonlySet<string>;
  /** Told of each difference that an answer is told without, as it is still looked for. */
  awaits(key: string, name: string): void;
}

type Firsts = Pick<
  HostMessageOf<'comparison'>,
  'firstCorrect' | 'firstCorrectStep' | 'firstRegression' | 'firstRegressionStep'
>;

/** Scores that fields of an entry tell. */
const hasField: ReadonlySet<string> = new Set(['char_error_rate', 'validation_pass']);
