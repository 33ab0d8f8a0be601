import { type ScoreSummary, summaryOf } from './distribution.ts';

/** Shares of the samples: those of which all completions pass, and those of which one does, which is pass@n of n each. */
export interface PassShares {
  readonly all: number;
  readonly any: number;
}

/** Room for the means of few samples: a job may have thousands of checkpoints, and a list for each takes longer than its sum. */
const room = new Float64Array(256);

/**
 * Adds up the scores of a checkpoint by sample. What it holds grows with samples and scores, not with completions.
 * `Sample` names a sample among those that are added up together.
 */
export class SampleSums<Sample> {
  readonly #places = new Map<Sample, number>();
  /** By score, then by the sample's place. */
  readonly #sums: number[][] = [];
  readonly #counts: number[][] = [];
  #predictions = 0;
  #lastSample: Sample | undefined;
  #lastPlace = -1;

  get samples(): number {
    return this.#places.size;
  }

  get predictions(): number {
    return this.#predictions;
  }

  /** Counts a row of a sample. @returns the place of the sample, to which the row's scores are added */
  addRow(sample: Sample): number {
    this.#predictions += 1;
    // Completions of a sample mostly follow each other.
    if (sample === this.#lastSample) return this.#lastPlace;
    let place = this.#places.get(sample);
    if (place === undefined) {
      place = this.#places.size;
      this.#places.set(sample, place);
    }
    this.#lastSample = sample;
    this.#lastPlace = place;
    return place;
  }

  /** @param score a number for each name, from 0 on */
  add(place: number, score: number, value: number): void {
    const sums = columnOf(this.#sums, score, place);
    const counts = columnOf(this.#counts, score, place);
    sums[place] = (sums[place] ?? 0) + value;
    counts[place] = (counts[place] ?? 0) + 1;
  }

  /** Forgets the values of a score, whose number another may take. */
  drop(score: number): void {
    this.#sums[score] = [];
    this.#counts[score] = [];
  }

  /** Of a score whose values are all 0 or 1; null where no sample has a value. */
  passes(score: number): PassShares | null {
    const [sums = [], counts = []] = [this.#sums[score], this.#counts[score]];
    let [samples, all, any] = [0, 0, 0];
    for (let place = 0; place < counts.length; place += 1) {
      const count = counts[place] ?? 0;
      if (count === 0) continue;
      const passed = sums[place] ?? 0;
      samples += 1;
      if (passed === count) all += 1;
      if (passed > 0) any += 1;
    }
    return samples === 0 ? null : { all: all / samples, any: any / samples };
  }

  /** Null where no sample has a value. */
  summary(score: number): ScoreSummary | null {
    const [sums = [], counts = []] = [this.#sums[score], this.#counts[score]];
    const means = sums.length <= room.length ? room : new Float64Array(sums.length);
    let found = 0;
    for (let place = 0; place < sums.length; place += 1) {
      const count = counts[place] ?? 0;
      if (count === 0) continue;
      means[found] = (sums[place] ?? 0) / count;
      found += 1;
    }
    return summaryOf(means, found);
  }
}

/** Without holes up to a place, as lists with holes are slow. */
function columnOf(columns: number[][], score: number, place: number): number[] {
  while (columns.length <= score) columns.push([]);
  const column = columns[score] as number[];
  while (column.length <= place) column.push(0);
  return column;
}
