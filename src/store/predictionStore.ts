import { type Checkpoint, compareCheckpoints } from '../model/checkpoints.ts';
import { decidingScore, type Judge, noSettings, type ScoreSettings } from '../model/directions.ts';
import { type Changes, type CheckpointChanges, countMark, type Mark, noChanges } from '../model/marks.ts';
import type { SampleKey } from '../model/samples.ts';
import type { Prediction } from '../wire/prediction.ts';
import type { EpochSummary } from '../wire/responses.ts';
import type { TrendPoint } from '../wire/trends.ts';
import { addAnswer } from './addAnswer.ts';
import { CheckpointIndex, type CheckpointPoint, type Part, type StoredCheckpoint } from './checkpointIndex.ts';
import { PromptIds } from './promptIds.ts';
import { RowTable } from './rowTable.ts';
import type { SampleHistory } from './sampleHistory.ts';
import { type SampleAnswers, SampleIndex } from './sampleIndex.ts';
import type { SpillOptions } from './spill.ts';
import { type SupersededBy, Superseding } from './superseding.ts';

/** How many rows a checkpoint has. */
export interface CheckpointSummary extends Checkpoint {
  readonly predictions: number;
}

/**
 * Every prediction of one job that has been seen, each once, by id. The order of rows is newest first: the reverse of
 * `(epoch, step, sample_index, created_at, id)`; arrival plays no part in it.
 *
 * A row is a number: how many rows of this life of the job came before it. `table` tells what is in it; whatever needs
 * a text may read it from a file, and throws TextsLostError when that is gone.
 */
export class PredictionStore {
  readonly #spill: SpillOptions | undefined;
  #table: RowTable;
  #checkpoints: CheckpointIndex;
  #promptIds = new PromptIds();
  #superseding: Superseding;
  #samples: SampleIndex;
  #settings: ScoreSettings = noSettings;
  #chosen: string | null = null;
  #judge: Judge | null = null;
  /** The scores that were there when it was decided. */
  #decidedBy: readonly string[] | undefined;
  #reckoning = 0;
  /** The arrival number of the first row of this life. */
  #firstArrival = 0;
  #life = 0;

  /** @param spill where texts go that are too much for the memory; undefined keeps all there */
  constructor(spill?: SpillOptions) {
    this.#spill = spill;
    this.#table = new RowTable(spill);
    this.#superseding = new Superseding(this.#table);
    this.#samples = new SampleIndex(this.#table, this.#superseding, this.#promptIds, true);
    this.#checkpoints = this.#newCheckpoints();
  }

  get size(): number {
    return this.#table.size;
  }

  /** How many rows ever arrived; the next one gets this number. */
  get arrivals(): number {
    return this.#firstArrival + this.#table.size;
  }

  /** Grows whenever everything was forgotten. */
  get life(): number {
    return this.#life;
  }

  /** What is in each row of this life. */
  get table(): RowTable {
    return this.#table;
  }

  get(id: string): Prediction | undefined {
    const row = this.#table.find(id);
    return row === undefined ? undefined : this.#table.read(row);
  }

  /** Takes a prediction unless its id is held already; nothing of it where it throws. @returns whether it was new */
  add(prediction: Prediction): boolean {
    if (this.#table.find(prediction.id) !== undefined) return false;
    const row = this.#table.add(prediction);
    try {
      this.#index(row, prediction);
    } catch (error) {
      this.#removeLast(row);
      throw error;
    }
    return true;
  }

  /** Forgets everything: another life of the job begins. */
  clear(): void {
    this.#life += 1;
    this.#firstArrival = this.arrivals;
    this.#table.dispose();
    this.#table = new RowTable(this.#spill);
    this.#promptIds = new PromptIds();
    this.#superseding = new Superseding(this.#table);
    this.#samples = new SampleIndex(this.#table, this.#superseding, this.#promptIds, true);
    this.#checkpoints = this.#newCheckpoints();
    this.#judge = null;
    this.#decidedBy = undefined;
  }

  /** Texts were lost: what is held cannot all be read any more. */
  get isDamaged(): boolean {
    return this.#table.isDamaged;
  }

  /** Predictions whose texts are in memory; long ones count as several. */
  get textsInMemory(): number {
    return this.#table.textsInMemory;
  }

  /** Puts texts into the file that are too much for the memory by now. */
  spillSome(): void {
    this.#table.spillSome();
  }

  /** Lets go of everything for good. */
  dispose(): void {
    this.clear();
  }

  /** Names of the scores that have a value somewhere: known ones first, the others by name. */
  get scoreNames(): readonly string[] {
    return this.#table.scores.names;
  }

  /** Whether some row has a ground truth; null as long as there are no rows. */
  get hasTruths(): boolean | null {
    return this.size === 0 ? null : this.#table.hasTruths;
  }

  /** How many scores have no column because there are too many. */
  get scoresLeftOut(): number {
    return this.#table.scores.leftOut;
  }

  /** The deciding score, by which answers are better or worse; null where no score decides. */
  get judge(): Judge | null {
    return this.#judge;
  }

  get scoreSettings(): ScoreSettings {
    return this.#settings;
  }

  /** What the job and its reader say of scores. @param chosen the reader's deciding score */
  judgeBy(settings: ScoreSettings, chosen: string | null): void {
    this.#settings = settings;
    this.#chosen = chosen;
    const judge = this.#decide();
    if (judge !== this.#judge) this.#countAnew(judge, this.#samples.byPromptId, undefined);
  }

  /** How many rows a part has. */
  count(part: Part): number {
    return part === null ? this.size : this.#checkpoints.count(part);
  }

  /** Newest epoch first. */
  epochs(): EpochSummary[] {
    return this.#checkpoints.epochs.map((epoch) => this.#checkpoints.summary(epoch)).reverse();
  }

  /** The epochs of the rows from `row` on, newest epoch first. */
  epochsSince(row: number): EpochSummary[] {
    const epochs = new Set<number>();
    for (const next of this.#rowsFrom(row)) epochs.add(this.#table.epoch(next));
    return [...epochs].sort((a, b) => b - a).map((epoch) => this.#checkpoints.summary(epoch));
  }

  /** Every epoch has one step: a checkpoint may be called by its epoch. */
  get checkpointsAreEpochs(): boolean {
    return this.#checkpoints.areEpochs;
  }

  /** Newest first. */
  checkpoints(): CheckpointSummary[] {
    return this.#checkpoints.all.map(summaryOf).reverse();
  }

  /** The checkpoints of the rows from `row` on, newest first. */
  checkpointsSince(row: number): CheckpointSummary[] {
    return this.#touched(row, false).map(summaryOf).reverse();
  }

  /** Rows `offset` to `offset + limit`, newest first; checkpoints that lie before them are skipped by their count. */
  rows(part: Part, offset: number, limit: number): number[] {
    const page: number[] = [];
    let skip = offset;
    for (const rows of this.#checkpoints.rows(part)) {
      if (skip < rows.length) {
        for (const row of rows.from(skip)) {
          if (page.length >= limit) return page;
          page.push(row);
        }
      }
      skip = Math.max(0, skip - rows.length);
    }
    return page;
  }

  /** Like `rows`, as they stood before arrival number `before`; costs a walk over the rows. */
  rowsBefore(before: number, part: Part, offset: number, limit: number): number[] {
    if (before >= this.arrivals) return this.rows(part, offset, limit);
    const end = before - this.#firstArrival;
    const page: number[] = [];
    let skip = offset;
    for (const rows of this.#checkpoints.rows(part)) {
      for (const row of rows.from(0)) {
        if (row >= end) continue;
        if (page.length >= limit) return page;
        if (skip > 0) skip -= 1;
        else page.push(row);
      }
    }
    return page;
  }

  /** Like `rows`, read. */
  page(part: Part, offset: number, limit: number): Prediction[] {
    return this.rows(part, offset, limit).map((row) => this.#table.read(row));
  }

  /** Like `rowsBefore`, read. */
  pageBefore(before: number, part: Part, offset: number, limit: number): Prediction[] {
    return this.rowsBefore(before, part, offset, limit).map((row) => this.#table.read(row));
  }

  /** Whether a row is of a part. */
  isOf(row: number, part: Part): boolean {
    return this.#checkpoints.isOf(row, part);
  }

  /** How many rows of a part had come before arrival number `before`. */
  countBefore(before: number, part: Part): number {
    const end = Math.max(0, before - this.#firstArrival);
    if (part === null) return Math.min(end, this.size);
    let count = this.count(part);
    for (let row = end; row < this.size; row += 1) if (this.isOf(row, part)) count -= 1;
    return count;
  }

  /** As FineTune Lab has it: over rows, ascending by epoch; superseded ones play no part. */
  trends(): TrendPoint[] {
    return this.#checkpoints.epochPoints();
  }

  /** What the charts show: the scores of these names over the samples of each checkpoint and source, ascending. */
  points(names: readonly string[]): CheckpointPoint[] {
    return this.#points(this.#checkpoints.all, names);
  }

  /** The points of the checkpoints that the rows from `row` on are of. */
  pointsSince(row: number, names: readonly string[]): CheckpointPoint[] {
    return this.#points(this.#touched(row, false), names);
  }

  /** How the samples of each checkpoint changed, ascending. */
  changes(): CheckpointChanges[] {
    return this.#checkpoints.all.map((checkpoint) => this.#changesOf(checkpoint));
  }

  /** The changes that the rows from `row` on touched, ascending, as they are now. */
  changesSince(row: number): CheckpointChanges[] {
    return this.#touched(row, true).map((checkpoint) => this.#changesOf(checkpoint));
  }

  /** The largest epoch; null while nothing is held. */
  get newestEpoch(): number | null {
    return this.#checkpoints.epochs.at(-1) ?? null;
  }

  /** The last checkpoint; null while nothing is held. */
  get newestCheckpoint(): Checkpoint | null {
    return this.#checkpoints.all.at(-1) ?? null;
  }

  /** The first row that arrived at arrival number `start` or later; `size` when none did. */
  rowSince(start: number): number {
    return Math.min(this.size, Math.max(0, start - this.#firstArrival));
  }

  /** What rows name as their sources, by name; an empty one for rows that name none. */
  get sources(): readonly string[] {
    return this.#table.sources;
  }

  /** Ascending by sample. */
  samples(): SampleAnswers[] {
    return [...this.#samples.each()];
  }

  get sampleCount(): number {
    return this.#samples.size;
  }

  /** Ascending by sample, one after the other. */
  eachSample(): Generator<SampleAnswers> {
    return this.#samples.each();
  }

  /** The samples before or after one, the nearest first. */
  samplesBeside(sample: SampleKey, side: 'before' | 'after'): Generator<SampleAnswers> {
    return this.#samples.beside(sample, side);
  }

  /** One sample; undefined where nothing of it is left. */
  sampleAnswers(sample: SampleKey): SampleAnswers | undefined {
    return this.#samples.answersTo(sample);
  }

  /** The samples that the rows from `row` on answer, ascending, as they are now. */
  samplesSince(row: number): SampleAnswers[] {
    return this.#samples.answers(this.#rowsFrom(row));
  }

  /** The first sample; null while nothing is held. */
  get firstSample(): SampleKey | null {
    return this.#samples.first;
  }

  /** The first sample of a source; null while nothing of it is held. */
  firstSampleOf(source: string): SampleKey | null {
    return this.#samples.firstOf(source);
  }

  /** The source of a sample; undefined where there is no such sample. */
  sampleSource(sample: SampleKey): string | undefined {
    return this.#samples.sourceOf(sample);
  }

  /**
   * Grows whenever what is told of rows may change without a row of theirs: another score decides, rows are put to other
   * samples, others are superseded.
   */
  get reckoning(): number {
    return this.#reckoning;
  }

  /** Some rows may be superseded. */
  get supersedes(): boolean {
    return this.#superseding.isPossible;
  }

  /** A later start of the training, or a later writing of its checkpoint, has taken the place of a row. */
  isSuperseded(row: number): boolean {
    return this.#superseding.isSuperseded(row);
  }

  /** What has taken the place of a row; null where nothing has. */
  supersededBy(row: number): SupersededBy | null {
    return this.#superseding.supersededBy(row);
  }

  /** Some sample has several completions at a checkpoint. */
  get hasCompletions(): boolean {
    return this.#samples.areCompletions;
  }

  /** The rows that make one group with a row, in their order: its completions, or those that were superseded with it. */
  group(row: number): number[] {
    return (this.#samples.historyOf(row)?.fellows(row) ?? []).reverse();
  }

  /** Whether two rows are of one group, at no cost that hangs on how large it is. */
  areOneGroup(a: number, b: number): boolean {
    if (this.#samples.numberOf(a) !== this.#samples.numberOf(b)) return false;
    return this.#table.compareCheckpoints(a, b) === 0 && this.#superseding.standTogether(a, b);
  }

  /** The completions that a row is one of, in their order: those of its sample at its checkpoint. */
  completions(row: number): number[] {
    return (this.#samples.historyOf(row)?.completions(row) ?? []).reverse();
  }

  /** Mean of a score over the completions that a row is one of; NaN where none has it. */
  groupScore(row: number, name: string): number {
    return this.#samples.historyOf(row)?.value(row, name) ?? Number.NaN;
  }

  sampleKey(row: number): SampleKey {
    return this.#samples.keyOf(row);
  }

  /** What the sample of a row is called by: the smallest index of its rows. */
  sampleIndex(row: number): number {
    return this.#samples.sampleIndexOf(row);
  }

  /** How many answers a sample has. */
  answerCount(sample: SampleKey): number {
    return this.#samples.get(sample)?.count ?? 0;
  }

  /** All answers to one sample, superseded ones among them, newest first, by row. */
  *answerRows(sample: SampleKey): Generator<number> {
    yield* this.#samples.get(sample)?.answers.from(0) ?? [];
  }

  /** The answers to one sample, newest first, by row, but for superseded ones; `limit` of them at most. */
  historyRows(sample: SampleKey, limit = Number.POSITIVE_INFINITY): number[] {
    const rows: number[] = [];
    for (const row of this.#samples.get(sample)?.answers.from(0) ?? []) {
      if (rows.length >= limit) break;
      if (!this.#superseding.isSuperseded(row)) rows.push(row);
    }
    return rows;
  }

  /** All answers to one sample, newest first. */
  history(sample: SampleKey): Prediction[] {
    return this.historyRows(sample).map((row) => this.#table.read(row));
  }

  /** The same sample's newest answer of the checkpoint before; undefined for its first. */
  before(row: number): number | undefined {
    return this.#samples.historyOf(row)?.before(row);
  }

  /**
   * The other answers of the sample whose marks depend on this row: its completions, and those of the next checkpoint
   * that has any.
   */
  *nextAnswers(row: number): Generator<number> {
    const history = this.#samples.historyOf(row);
    if (history === undefined) return;
    for (const other of history.completions(row)) if (other !== row) yield other;
    yield* history.nextTo(row);
  }

  /** The answers of a row's checkpoint against those of the one before, by the deciding score. */
  mark(row: number): Mark | null {
    return this.#samples.historyOf(row)?.mark(row, this.#judge) ?? null;
  }

  /** Where it throws, what it did can be taken back. */
  #index(row: number, prediction: Prediction): void {
    this.#checkpoints.insert(row);
    this.#promptIds.add(row, prediction);
    // What a row supersedes that cannot be kept after all stays so until it is: it will come again.
    const superseded = this.#superseding.add(row, prediction);
    const judge = this.#decidedBy === this.#table.scores.names ? this.#judge : this.#decide();
    const byPromptId = this.#promptIds.nameSamples(this.#checkpoints.all.length > 1);
    if (judge !== this.#judge || byPromptId !== this.#samples.byPromptId) this.#countAnew(judge, byPromptId, row);
    else addAnswer(row, this.#samples.place(row), judge, (other) => this.#checkpoints.get(other));
    // From here on nothing can fail.
    if (superseded !== undefined) {
      this.#checkpoints.recount(superseded);
      this.#reckoning += 1;
    }
    this.#decidedBy = this.#table.scores.names;
    this.#samples.settle(row);
    this.#checkpoints.addScores(row, prediction);
  }

  /** Takes back the row that is being added, however far that came. */
  #removeLast(row: number): void {
    this.#samples.remove(row);
    this.#promptIds.remove(row);
    this.#checkpoints.remove(row);
    this.#table.removeLast();
  }

  /** By the scores that are there now; the same object where nothing changed. */
  #decide(): Judge | null {
    const { scores } = this.#table;
    const named = { has: (name: string) => scores.has(name), underScores: scores.underScores, all: scores.names };
    const judge = decidingScore(named, this.#settings, this.#chosen);
    const isSame = judge?.name === this.#judge?.name && judge?.direction === this.#judge?.direction;
    return isSame ? this.#judge : judge;
  }

  /**
   * What counts as better, or as one sample, is another now. Where it throws, nothing changed.
   *
   * @param added a row that is in the table and has no sample yet
   */
  #countAnew(judge: Judge | null, byPromptId: boolean, added: number | undefined): void {
    let samples = this.#samples;
    const isOther = byPromptId !== samples.byPromptId;
    if (isOther) {
      samples = new SampleIndex(this.#table, this.#superseding, this.#promptIds, byPromptId);
      for (const row of this.#rowsFrom(0)) {
        samples.place(row).answers.insert(row);
        if (row !== added) samples.settle(row);
      }
    } else if (added !== undefined) samples.place(added).answers.insert(added);
    const counts = this.#checkpoints.all.map((checkpoint) => countChanges(checkpoint, samples, judge));
    for (const [index, checkpoint] of this.#checkpoints.all.entries()) {
      Object.assign(checkpoint.changes, counts[index]);
    }
    this.#checkpoints.forgetPoints();
    this.#reckoning += 1;
    this.#samples = samples;
    this.#judge = judge;
  }

  #points(checkpoints: readonly StoredCheckpoint[], names: readonly string[]): CheckpointPoint[] {
    return this.#checkpoints.points(checkpoints, names, this.#judge?.name ?? '');
  }

  #changesOf(checkpoint: StoredCheckpoint): CheckpointChanges {
    if (checkpoint.isMiscounted) {
      Object.assign(checkpoint.changes, countChanges(checkpoint, this.#samples, this.#judge));
      checkpoint.isMiscounted = false;
    }
    return { epoch: checkpoint.epoch, step: checkpoint.step, ...checkpoint.changes };
  }

  /** The checkpoints of the rows from `row` on, ascending; with those whose answers are held against them. */
  #touched(row: number, withNext: boolean): StoredCheckpoint[] {
    const touched = new Set<StoredCheckpoint>();
    const add = (checkpoint: StoredCheckpoint | undefined): void => {
      if (checkpoint !== undefined) touched.add(checkpoint);
    };
    for (const next of this.#rowsFrom(row)) {
      add(this.#checkpoints.get(next));
      const after = withNext ? this.#samples.historyOf(next)?.checkpointAfter(next) : undefined;
      if (after !== undefined) add(this.#checkpoints.get(after));
    }
    return [...touched].sort(compareCheckpoints);
  }

  *#rowsFrom(start: number): Generator<number> {
    for (let row = start; row < this.size; row += 1) yield row;
  }

  #newCheckpoints(): CheckpointIndex {
    return new CheckpointIndex(this.#table, this.#superseding, (row) => this.#samples.numberOf(row));
  }
}

/** How the samples of a checkpoint changed, from all of its rows. */
function countChanges(checkpoint: StoredCheckpoint, samples: SampleIndex, judge: Judge | null): Changes {
  const changes = noChanges();
  let last: SampleHistory | undefined;
  for (const row of checkpoint.rows.from(0)) {
    const history = samples.historyOf(row);
    // Completions mostly follow each other; of those that do not, the newest counts.
    if (history === undefined || history === last || history.completions(row)[0] !== row) continue;
    last = history;
    countMark(changes, history.mark(row, judge), 1);
  }
  return changes;
}

function summaryOf({ epoch, step, rows }: StoredCheckpoint): CheckpointSummary {
  return { epoch, step, predictions: rows.length };
}
