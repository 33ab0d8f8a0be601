import { placeIn } from '../model/ascending.ts';
import { type Checkpoint, Checkpoints, compareCheckpoints } from '../model/checkpoints.ts';
import { type GroupShare, GroupSums } from '../model/completions.ts';
import type { ScoreSummary } from '../model/distribution.ts';
import {
  addRow,
  addStatistics,
  type EpochStatistics,
  emptyStatistics,
  epochSummary,
  scoredRow,
  trendPoint,
} from '../model/epochStatistics.ts';
import { type Changes, noChanges } from '../model/marks.ts';
import { compareTexts } from '../model/order.ts';
import { type PassShares, SampleSums } from '../model/sampleSums.ts';
import type { Prediction } from '../wire/prediction.ts';
import type { EpochSummary } from '../wire/responses.ts';
import type { TrendPoint } from '../wire/trends.ts';
import type { RowTable } from './rowTable.ts';
import { SortedRows } from './sortedRows.ts';
import type { Superseding } from './superseding.ts';

/** The samples of one source at one checkpoint. */
export interface CheckpointPoint extends Checkpoint {
  readonly source: string;
  readonly samples: number;
  readonly predictions: number;
  /** In the order of the names that were asked for; null where no sample has a value. */
  readonly scores: readonly (ScoreSummary | null)[];
  /** Likewise; null also where a value is neither 0 nor 1. */
  readonly passes: readonly (PassShares | null)[];
  /** By the deciding score; null where no sample has several completions. */
  readonly groups: GroupShare | null;
}

/** A checkpoint of the table. */
export interface StoredCheckpoint extends Checkpoint {
  /** Newest first. */
  readonly rows: SortedRows;
  readonly changes: Changes;
  /** The changes have to be counted anew: other rows are superseded than when they were counted. */
  isMiscounted: boolean;
  /** Of its rows that are not superseded, as long as nothing arrives. */
  live: EpochStatistics | undefined;
  /** By the scores that were asked for, as long as nothing arrives. */
  points: { readonly asked: string; readonly list: readonly CheckpointPoint[] } | undefined;
}

interface AskedScore {
  readonly name: string;
  /** All of its values are 0 or 1. */
  readonly isShare: boolean;
}

/** The part of a job that a filter shows: all of it, a whole epoch, or a checkpoint. */
export type Part = null | number | Checkpoint;

/** The rows of a table by checkpoint, in their order, with what is known of each checkpoint and epoch. */
export class CheckpointIndex {
  readonly #table: RowTable;
  readonly #sampleOf: (row: number) => number;
  readonly #superseding: Superseding;
  readonly #checkpoints = new Checkpoints<StoredCheckpoint>();
  readonly #epochs = new Map<number, EpochStatistics>();
  /** Ascending. */
  readonly #epochNumbers: number[] = [];

  /** @param sampleOf names the sample of a row by a number */
  constructor(table: RowTable, superseding: Superseding, sampleOf: (row: number) => number) {
    this.#table = table;
    this.#superseding = superseding;
    this.#sampleOf = sampleOf;
  }

  /** Ascending. */
  get epochs(): readonly number[] {
    return this.#epochNumbers;
  }

  /** Ascending. */
  get all(): readonly StoredCheckpoint[] {
    return this.#checkpoints.all;
  }

  /** Every epoch has one step. */
  get areEpochs(): boolean {
    return this.#checkpoints.areEpochs;
  }

  get(row: number): StoredCheckpoint | undefined {
    return this.#checkpoints.get(this.#table.epoch(row), this.#table.step(row));
  }

  /** How many rows a part has that is not all. */
  count(part: number | Checkpoint): number {
    if (typeof part === 'number') return this.#epochs.get(part)?.predictionCount ?? 0;
    return this.#checkpoints.get(part.epoch, part.step)?.rows.length ?? 0;
  }

  /** Whether a row is of a part. */
  isOf(row: number, part: Part): boolean {
    if (part === null) return true;
    if (typeof part === 'number') return this.#table.epoch(row) === part;
    return this.#table.epoch(row) === part.epoch && this.#table.step(row) === part.step;
  }

  /** The rows of a part by checkpoint, the newest first. */
  *rows(part: Part): Generator<SortedRows> {
    if (part !== null && typeof part !== 'number') {
      const checkpoint = this.#checkpoints.get(part.epoch, part.step);
      if (checkpoint !== undefined) yield checkpoint.rows;
      return;
    }
    const { all } = this.#checkpoints;
    const end = part === null ? all.length : placeIn(all, ({ epoch }) => epoch <= part);
    for (let index = end - 1; index >= 0; index -= 1) {
      const checkpoint = all[index];
      if (checkpoint === undefined || (part !== null && checkpoint.epoch !== part)) return;
      yield checkpoint.rows;
    }
  }

  /** Of an epoch that has rows. */
  summary(epoch: number): EpochSummary {
    return epochSummary(this.#statistics(epoch));
  }

  /** Over rows that are not superseded, as FineTune Lab has it, ascending. An epoch of which nothing is left has none. */
  epochPoints(): TrendPoint[] {
    const epochs = this.#superseding.isPossible
      ? this.#liveEpochs()
      : this.#epochNumbers.map((epoch) => this.#statistics(epoch));
    return epochs.filter(({ predictionCount }) => predictionCount > 0).map(trendPoint);
  }

  /** What the charts show of checkpoints: a point for each of their sources, by name. @param judge the deciding score */
  points(checkpoints: readonly StoredCheckpoint[], names: readonly string[], judge: string): CheckpointPoint[] {
    const { scores } = this.#table;
    const asked = names.map((name): AskedScore => ({ name, isShare: scores.isShare(name) }));
    const key = JSON.stringify(asked);
    return checkpoints.flatMap((checkpoint) => {
      if (checkpoint.points?.asked !== key) {
        checkpoint.points = { asked: key, list: this.#pointsOf(checkpoint, asked, judge) };
      }
      return checkpoint.points.list;
    });
  }

  /** Another score decides, or rows are put to other samples. */
  forgetPoints(): void {
    for (const checkpoint of this.all) checkpoint.points = undefined;
  }

  /** From this checkpoint on other rows are superseded than before. */
  recount(from: Checkpoint): void {
    const { all } = this.#checkpoints;
    const first = placeIn(all, (checkpoint) => compareCheckpoints(checkpoint, from) < 0);
    for (let index = first; index < all.length; index += 1) {
      const checkpoint = all[index] as StoredCheckpoint;
      checkpoint.isMiscounted = true;
      checkpoint.points = undefined;
      checkpoint.live = undefined;
    }
  }

  /** Puts a row in its place. */
  insert(row: number): StoredCheckpoint {
    const checkpoint = this.#of(row);
    checkpoint.rows.insert(row);
    return checkpoint;
  }

  /** Counts the scores of a row that was put in: nothing takes these sums back, and nothing of theirs can fail. */
  addScores(row: number, prediction: Prediction): void {
    addRow(this.#statistics(prediction.epoch), scoredRow(prediction));
    const checkpoint = this.get(row);
    if (checkpoint === undefined) return;
    checkpoint.points = undefined;
    checkpoint.live = undefined;
  }

  /** Takes a row back whose scores were not counted, however far it came. */
  remove(row: number): void {
    const [epoch, step] = [this.#table.epoch(row), this.#table.step(row)];
    const checkpoint = this.#checkpoints.get(epoch, step);
    checkpoint?.rows.delete(row);
    if (checkpoint !== undefined && checkpoint.rows.length > 0) return;
    this.#checkpoints.remove({ epoch, step });
    if (this.#epochs.get(epoch)?.predictionCount !== 0) return;
    this.#epochs.delete(epoch);
    const place = placeIn(this.#epochNumbers, (other) => other < epoch);
    if (this.#epochNumbers[place] === epoch) this.#epochNumbers.splice(place, 1);
  }

  /** Ascending. Only checkpoints that changed are added up again. */
  #liveEpochs(): EpochStatistics[] {
    const epochs: EpochStatistics[] = [];
    for (const checkpoint of this.all) {
      let last = epochs.at(-1);
      if (last?.epoch !== checkpoint.epoch) {
        last = emptyStatistics(checkpoint.epoch);
        epochs.push(last);
      }
      checkpoint.live ??= this.#liveStatistics(checkpoint);
      addStatistics(last, checkpoint.live);
    }
    return epochs;
  }

  #liveStatistics({ epoch, rows }: StoredCheckpoint): EpochStatistics {
    const statistics = emptyStatistics(epoch);
    for (const row of rows.from(0)) {
      if (!this.#superseding.isSuperseded(row)) addRow(statistics, this.#table.scoredRow(row));
    }
    return statistics;
  }

  #pointsOf({ epoch, step, rows }: StoredCheckpoint, asked: readonly AskedScore[], judge: string): CheckpointPoint[] {
    const bySource = new Map<string, { sums: SampleSums<number>; groups: GroupSums }>();
    for (const row of rows.from(0)) {
      if (this.#superseding.isSuperseded(row)) continue;
      const source = this.#table.source(row);
      let found = bySource.get(source);
      if (found === undefined) {
        found = { sums: new SampleSums(), groups: new GroupSums() };
        bySource.set(source, found);
      }
      const place = found.sums.addRow(this.#sampleOf(row));
      found.groups.add(place, this.#table.score(row, judge));
      for (let index = 0; index < asked.length; index += 1) {
        const value = this.#table.score(row, asked[index]?.name ?? '');
        if (!Number.isNaN(value)) found.sums.add(place, index, value);
      }
    }
    return [...bySource]
      .sort(([a], [b]) => compareTexts(a, b))
      .map(([source, { sums, groups }]) => ({
        ...{ epoch, step, source, samples: sums.samples, predictions: sums.predictions },
        scores: asked.map((_, index) => sums.summary(index)),
        passes: asked.map(({ isShare }, index) => (isShare ? sums.passes(index) : null)),
        groups: groups.share(),
      }));
  }

  #of(row: number): StoredCheckpoint {
    const [epoch, step] = [this.#table.epoch(row), this.#table.step(row)];
    let checkpoint = this.#checkpoints.get(epoch, step);
    if (checkpoint === undefined) {
      const table = this.#table;
      const rows = new SortedRows((a, b) => table.newestFirst(a, b));
      checkpoint = {
        ...{ epoch, step, rows, changes: noChanges(), isMiscounted: false },
        ...{ live: undefined, points: undefined },
      };
      this.#statistics(epoch);
      this.#checkpoints.add(checkpoint);
    }
    return checkpoint;
  }

  #statistics(number: number): EpochStatistics {
    let epoch = this.#epochs.get(number);
    if (epoch === undefined) {
      epoch = emptyStatistics(number);
      this.#epochs.set(number, epoch);
      this.#epochNumbers.splice(
        placeIn(this.#epochNumbers, (other) => other < number),
        0,
        number,
      );
    }
    return epoch;
  }
}
