/** What a panel shows: its tab, filters, columns and choices. */
import * as Type from 'typebox';

/** Columns of the table, in their order. */
export const columnKeys = [
  'epoch',
  'step',
  'sample',
  'prompt',
  'groundTruth',
  'prediction',
  'charErrorRate',
  'exactMatch',
  'validation',
] as const;

/** A column of the table; `score:NAME` holds a score that has no column of its own among `columnKeys`. */
export type ColumnKey = (typeof columnKeys)[number] | `score:${string}`;

const columnKeyType = Type.Union([
  Type.Enum([...columnKeys]),
  Type.Unsafe<`score:${string}`>(Type.String({ pattern: '^score:', maxLength: 300 })),
]);

/** Columns whose place or presence a view remembers, at most. */
export const mostColumns = 1000;

/** What a score of a row has to be, as it is written in the toolbar. */
export const comparisons = ['<', '≤', '=', '≥', '>'] as const;

const scoreNameType = Type.String({ maxLength: 200 });

const conditionType = Type.Union([
  Type.Object({ score: scoreNameType, comparison: Type.Enum([...comparisons]), value: Type.Number() }),
  /** The row has no such score. */
  Type.Object({ score: scoreNameType, comparison: Type.Literal('none') }),
]);

export type Condition = Type.Static<typeof conditionType>;

export const mostConditions = 20;

/** Names of samples are as long as scripts make them; longer ones cannot be chosen. */
const longestKey = 100_000;

/** Charts of scores, or of figures, that a view asks for, at most. */
export const mostCharts = 200;

/** Answers of the Comparison tab, at most. */
export const mostAnswers = 2000;

export const viewStateType = Type.Object({
  tab: Type.Enum(['predictions', 'comparison', 'trends']),
  /** Shows one epoch only; null shows all. */
  epoch: Type.Union([Type.Integer(), Type.Null()]),
  /** With `epoch`: shows one checkpoint only; null shows the whole epoch. */
  step: Type.Union([Type.Integer(), Type.Null()]),
  /** Shows what is of one source only, an empty one being that of rows that name none; null shows all. */
  source: Type.Union([Type.String({ maxLength: 1000 }), Type.Null()]),
  /** Shows only rows that fulfil all of them. */
  conditions: Type.Array(conditionType, { maxItems: mostConditions }),
  /** Text that prompt, ground truth or prediction must hold, whatever its case; empty shows all. */
  search: Type.String({ maxLength: 1000 }),
  /** Shows only rows whose validation failed. */
  invalidOnly: Type.Boolean(),
  /** Shows only rows that are worse than the sample's answer of the epoch before. */
  regressedOnly: Type.Boolean(),
  /** One line a sample and checkpoint; null leaves it to the job: where a sample has several completions. */
  group: Type.Union([Type.Boolean(), Type.Null()]),
  /** Shows also what a later start of the training, or a later writing, has taken the place of. */
  superseded: Type.Boolean(),
  /** Null is newest first. */
  sort: Type.Union([Type.Object({ column: columnKeyType, descending: Type.Boolean() }), Type.Null()]),
  hiddenColumns: Type.Array(columnKeyType, { maxItems: mostColumns }),
  /** Columns that the reader wants to see though they have nothing, as those of truths where no row has one. */
  emptyColumns: Type.Array(columnKeyType, { maxItems: mostColumns }),
  /** Columns in the order in which they are shown; those that are not among them come first, as in `columnKeys`. */
  columnOrder: Type.Array(columnKeyType, { maxItems: mostColumns }),
  /** Long texts are wrapped in their cells, not cut. */
  wrap: Type.Boolean(),
  /** Whole texts as they were written, or as Markdown, JSON and mathematics. */
  textForm: Type.Enum(['raw', 'rendered']),
  /** First row of the page, from 0. */
  offset: Type.Integer({ minimum: 0 }),
  pageSize: Type.Integer({ minimum: 1, maximum: 1000 }),
  /** `pageSize` is as many as the panel has room for; the webview finds out how many that is. */
  fit: Type.Boolean(),
  /** True while new rows must not move the table: a row is open, text is selected, the page is not the first. */
  hold: Type.Boolean(),
  /** The open rows, by prediction id. */
  expanded: Type.Array(Type.String(), { maxItems: 1000 }),
  /** The sample of the Comparison tab; null before one was chosen. */
  sample: Type.Union([Type.Integer(), Type.String({ maxLength: longestKey }), Type.Null()]),
  /** Lists the samples that hold this text; empty lists all, or those around the one that is shown. */
  sampleSearch: Type.String({ maxLength: 1000 }),
  /** Differences are of the final answers, without the reasoning before them. */
  finalAnswerOnly: Type.Boolean(),
  /** How JSON is held against JSON: as the text that it is, or as data, key by key. */
  compareJson: Type.Enum(['text', 'keys']),
  /** Those of the sample's answers whose completions are shown, by `HistoryEntry.key`. */
  openAnswers: Type.Array(Type.String({ maxLength: 100 }), { maxItems: mostAnswers }),
  /** So many of the sample's newest answers are shown. */
  answers: Type.Integer({ minimum: 1, maximum: mostAnswers }),
  /** What the answers of the Comparison tab are held against: `best` is by the deciding score. */
  compareWith: Type.Enum(['truth', 'previous', 'first', 'best', 'nothing']),
  /** Key of the watched job that is laid over the charts; null for none. */
  overlay: Type.Union([Type.String(), Type.Null()]),
  /** Scores that have a chart; null as long as the reader chose none. */
  trendScores: Type.Union([Type.Array(scoreNameType, { maxItems: mostCharts }), Type.Null()]),
  /** Figures of the trainer's that have a chart, like `trendScores`. */
  trendMetrics: Type.Union([Type.Array(scoreNameType, { maxItems: mostCharts }), Type.Null()]),
  /** What the charts go over; null leaves it to the job: epochs where every epoch has one step, else steps. */
  trendAxis: Type.Union([Type.Enum(['epoch', 'step']), Type.Null()]),
  /** What lies between most samples of a checkpoint, or all; null leaves it to the job. */
  trendBand: Type.Union([Type.Enum(['percentiles', 'range']), Type.Null()]),
  /** Strength of the smoothing of lines, from 0 for none to 1. */
  smoothing: Type.Number({ minimum: 0, maximum: 0.99 }),
  logScale: Type.Boolean(),
});

/** What a panel shows. Owned by the webview, kept over hiding, moving and reloading. */
export type ViewState = Type.Static<typeof viewStateType>;

export type Tab = ViewState['tab'];
