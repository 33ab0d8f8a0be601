/** What the Trends tab is told. */
import type { ViewState } from './view.ts';

/** A score over the samples of a point, of which `count` have a value, with the edges of its band where it has one. */
export type ScorePoint = readonly [mean: number, count: number, low?: number, high?: number];

/** What the charts show of the samples of one source at one checkpoint. */
export interface ChartPoint {
  epoch: number;
  step: number;
  /** Empty where its rows name none. */
  source: string;
  samples: number;
  predictions: number;
  /**
   * In the order of the scores that are charted; null where no sample has a value. Where `groups` are charted, the last is
   * the share of the groups that teach nothing, and how many groups there are.
   */
  scores: readonly (ScorePoint | null)[];
}

/** A `ChartPoint` on its way: names of thousands of fields would be most of a message. */
export type PackedPoint = readonly [
  ...[epoch: number, step: number, source: string, samples: number, predictions: number],
  ...(ScorePoint | null)[],
];

/** `CheckpointChanges` on their way. */
export type PackedChanges = readonly [
  ...[epoch: number, step: number],
  ...[improved: number, regressed: number, unchanged: number],
];

/**
 * What charts are told of checkpoints: those that the message before did not tell of as they are now, or all. It goes as
 * one JSON text: VS Code looks at each value of a message and copies it from frame to frame.
 */
export interface ToldCheckpoints {
  /** Ascending by checkpoint, then source. */
  points: PackedPoint[];
  /** Ascending by checkpoint. */
  changes: PackedChanges[];
}

/** A score that is charted, or decides. */
export interface ChartedScore {
  name: string;
  /** All of its values are 0 or 1. */
  isShare: boolean;
  /** What the edges of its points are; null where they have none. */
  band: BandKind | null;
}

/**
 * The 10th and the 90th percentile of the samples, or the smallest and the largest of them; of what is 0 or 1 the shares of
 * the samples of which all completions pass, and one does.
 */
export type BandKind = NonNullable<ViewState['trendBand']> | 'passes';

/** Values by step, at most as many as a chart can show of `total`. */
export interface LossLine {
  /** Ascending by step; null where what was logged is no finite number. */
  points: (readonly [step: number, value: number | null])[];
  total: number;
  /** How many values were no finite numbers; absent where all were. */
  gaps?: number;
  /** The line as the reader's smoothing shows it; absent where there is none. */
  smoothed?: (readonly [step: number, value: number | null])[];
}
