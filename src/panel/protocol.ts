/**
 * Every message between the extension host and the webview of one panel. The host owns the data; the webview says
 * what it shows (`ViewState`) and is sent just that, in lists of what belongs together. Both sides handle every message
 * by an exhaustive table.
 */
import * as Type from 'typebox';
import type { ShownChat } from '../model/chats/shownChat.ts';
import type { CutOff } from '../model/completions.ts';
import type { Direction } from '../model/directions.ts';
import type { Mark } from '../model/marks.ts';
import type { SampleKey } from '../model/samples.ts';
import type { ConnectionLabel, ConnectionSummary } from '../stream/connectionSummary.ts';
import type { JobStatus } from '../wire/job.ts';
import type { EpochSummary } from '../wire/responses.ts';
import { type ErrorPlace, mostErrorPlaces } from './json/errorPlaces.ts';
import type { Rendering } from './rendered/renderedTree.ts';

/** A cell carries at most this many characters; the full text follows when its row opens. */
export const cellCharacters = 2000;

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

const viewStateType = Type.Object({
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

/**
 * What the webview keeps with VS Code's `setState`. After a window reload VS Code hands it to the panel's serializer,
 * which reads `restore` and parses it like anything from outside.
 */
export interface KeptState {
  /** As `hydrate` gave it. */
  restore: string;
  view: ViewState;
}

/** Commands that a panel's buttons stand for; the host maps them to its own. */
export const panelCommands = [
  'pause',
  'resume',
  'reconnect',
  'stopWatching',
  'showConnectionMenu',
  'setApiKey',
  'showLog',
  'exportPredictions',
] as const;
export type PanelCommand = (typeof panelCommands)[number];

/** One side of a diff: a text of a prediction. */
export const diffSideType = Type.Object({ id: Type.String(), field: Type.Enum(['groundTruth', 'prediction']) });
export type DiffSide = Type.Static<typeof diffSideType>;

/** Schema of what a webview may say. */
export const webviewMessageType = Type.Union([
  /** The webview runs and listens; `state` is what it kept from before, if anything. */
  Type.Object({ type: Type.Literal('ready'), state: Type.Union([viewStateType, Type.Null()]) }),
  /**
   * The reader looks at something else now. `version` is that of the page on the screen, null before the first: with
   * `state.hold` the rows stay as they were in that version, even where newer pages are already on their way.
   */
  Type.Object({
    type: Type.Literal('view'),
    state: viewStateType,
    version: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
  }),
  /** "12 new" was pressed: show them. A `view` of the first page without `hold` goes before it. */
  Type.Object({ type: Type.Literal('showNew') }),
  /** A row was opened: send its full texts. */
  Type.Object({ type: Type.Literal('open'), id: Type.String() }),
  /** The reader wants all of the texts of a prediction whose beginnings are shown. */
  Type.Object({ type: Type.Literal('whole'), id: Type.String(), finalOnly: Type.Boolean() }),
  /** The reader wants one of the sample's answers: that of the key where there is one, else by its place from the oldest. */
  Type.Object({
    type: Type.Literal('answerAt'),
    place: Type.Integer({ minimum: 0 }),
    key: Type.Union([Type.String({ maxLength: 100 }), Type.Null()]),
  }),
  /** Puts a text of a prediction, or all of it as JSON, on the clipboard. */
  Type.Object({
    type: Type.Literal('copy'),
    id: Type.String(),
    what: Type.Enum(['prompt', 'groundTruth', 'prediction', 'json']),
  }),
  /** Opens two texts in VS Code's diff editor. */
  Type.Object({ type: Type.Literal('openDiff'), left: diffSideType, right: diffSideType }),
  /** Saves a chart to a file that the user names: a PNG as base64, or CSV. */
  Type.Object({
    type: Type.Literal('saveChart'),
    name: Type.String({ maxLength: 100 }),
    format: Type.Enum(['png', 'csv']),
    content: Type.String(),
  }),
  /** The reader chose the deciding score; null leaves it to the job. */
  Type.Object({
    type: Type.Literal('judgeBy'),
    score: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
  }),
  /** The reader chose which values of a score are better; null leaves it to the job. */
  Type.Object({
    type: Type.Literal('turnScore'),
    score: Type.String({ maxLength: 200 }),
    direction: Type.Union([Type.Enum(['higher', 'lower', 'none']), Type.Null()]),
  }),
  /** The reader may be about to have texts rendered. */
  Type.Object({ type: Type.Literal('mayRender') }),
  /** Asks for a text to be rendered, of at most `renderedCharacters`; `id` names the question. */
  Type.Object({
    type: Type.Literal('render'),
    id: Type.Number(),
    text: Type.String({ maxLength: 100_000 }),
    /** What is marked in it, as of `RowDetail`. */
    places: Type.Array(Type.Tuple([Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })]), {
      maxItems: mostErrorPlaces,
    }),
  }),
  Type.Object({ type: Type.Literal('command'), command: Type.Enum([...panelCommands]) }),
]);
export type WebviewMessage = Type.Static<typeof webviewMessageType>;

export type {
  RenderedAttribute,
  RenderedKind,
  RenderedNode,
  RenderedTag,
  RenderFailure,
  Rendering,
} from './rendered/renderedTree.ts';
export type { ConnectionLabel, ConnectionSummary };

export interface JobSummary {
  id: string;
  /** As `titleOf` says it. */
  title: string;
  /** The server's host name, to tell two servers apart. */
  server: string;
  status: JobStatus | string | null;
  /** Why it failed or was cancelled, empty where it left no reason; null where it did neither. */
  failure: string | null;
  currentEpoch: number | null;
  totalEpochs: number | null;
  /** Where it tells more than the epoch; null elsewhere, as `totalSteps`. */
  currentStep: number | null;
  totalSteps: number | null;
  /** How many values of its rows were NaN or infinite, as a diverging run sends them; absent where none were. */
  nonFinite?: number;
}

export interface Counts {
  /** Predictions held, each once. */
  held: number;
  /** The server's last word; null before it gave one. */
  onServer: number | null;
  /** Proven: what is held is what the server has. */
  caughtUp: boolean;
  /** Predictions and events that could not be read. */
  unreadable: number;
  /** Predictions among them: they are on the server, and not held. */
  unreadableRows: number;
  /** When the last prediction arrived, in ms since 1970. */
  lastArrival: number | null;
  /** Epoch of the last checkpoint held; null while nothing is. */
  newestEpoch: number | null;
  /** Its step, where checkpoints are called by their steps. */
  newestStep: number | null;
}

/** A piece of a difference. `same` and `added` pieces make up the second text, `same` and `removed` ones the first. */
export interface DifferencePart {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** What a key of a JSON value was and is, on one line; null where it is not there. */
export interface KeyChange {
  /** `a.b[0]`; `$` for the whole value. */
  path: string;
  from: string | null;
  to: string | null;
}

/** How one JSON value differs from another as data. */
export interface KeyDifference {
  changes: KeyChange[];
  /** How many others there are. */
  more: number;
}

/** What is compared where both are JSON. */
export interface JsonForm {
  /** Absent where one of the two is no JSON; null where the view compares them as texts. */
  byKey?: KeyDifference | null;
}

/** A score that has a value in some row of the job. */
export interface ScoreInfo {
  name: string;
  /** How the job calls it, where it says so. */
  label: string | null;
  /** Which of two values is better. */
  direction: Direction;
}

/** What has taken the place of rows: a later start of the training, or a later writing of their checkpoint. */
export type SupersededBy = 'start' | 'revision';

/** What a model thought before its final answer. */
export interface Reasoning {
  characters: number;
  ended: boolean;
}

/** The same with its text, cut like the answer beside it; null where that holds it. */
export interface ReasoningText extends Reasoning {
  text: string | null;
}

/** What of a reply that is a chat stands before its final answer. */
export interface AnswerForm {
  /** Calls of tools, their results, and what else was said; absent where there is nothing, null where the text holds it. */
  readonly turns?: ShownChat | null;
  /** The model called tools last: there is no final answer. Absent where it did not. */
  readonly endsInCalls?: true;
}

/** A prompt as a text, or as a chat. */
export interface PromptForm {
  /** Empty where it is a chat. */
  readonly prompt: string;
  /** How long the prompt is that this is the beginning of; absent where it is all of it. */
  readonly promptCharacters?: number;
  /** Absent where it is a text. */
  readonly promptChat?: ShownChat;
}

/** A score whose values are all 0 or 1: the chance that one completion passes, and that one of all does. */
export interface PassRates {
  name: string;
  one: number;
  all: number;
}

/** The completions of a sample at a checkpoint, in figures of the deciding score. */
export interface GroupFigures {
  completions: number;
  /** Null where none of them has the score. `best` and `worst` are the largest and the smallest where neither is better. */
  judged: { mean: number; best: number; worst: number; spread: number; teachesNothing: boolean } | null;
}

/** One line of the table. Texts are cut at `cellCharacters`. Of a group its scores are means. */
export interface Row extends Pick<AnswerForm, 'endsInCalls'> {
  id: string;
  epoch: number;
  step: number;
  /** What is asked. */
  sample: SampleKey;
  /** What the sample is called by. */
  sampleIndex: number;
  /** Empty where the row names none. */
  source: string;
  /** Of a chat what it asks. */
  prompt: string;
  /** The prompt is a chat, of which more than `prompt` can be read. Absent where it is not. */
  isChat?: true;
  /** It ended for want of room; absent where it did not, and of a group. */
  cutOff?: true;
  groundTruth: string | null;
  /** The final answer. */
  prediction: string;
  /** What it leaves out. */
  reasoning: Reasoning | null;
  charErrorRate: number | null;
  exactMatch: number | null;
  validationPass: boolean | null;
  /** Null for a single prediction. */
  group: (GroupFigures & { validation: number | null }) | null;
  superseded: SupersededBy | null;
  /** Values of the `score:` columns that are shown, in their order, as far as the row has them. */
  scores: (readonly [name: string, value: number])[];
  /** By the deciding score, against the sample's answers of the checkpoint before; null where one of the two has none. */
  mark: Mark | null;
}

/** How many rows a checkpoint has. */
export interface CheckpointCount {
  epoch: number;
  step: number;
  predictions: number;
}

/**
 * A page of the table. `total` counts the rows the filter shows, `newRows` those that wait behind a held page. `version`
 * grows as rows arrive (their number in order of arrival serves). `held`: the host knows that the reader holds the
 * page; one that it sent before it knew must not be shown.
 */
export interface Page {
  version: number;
  held: boolean;
  offset: number;
  rows: Row[];
  total: number;
  newRows: number;
  /** Those that the page before this one did not tell of as they are now; all of them where `allEpochs` is set. */
  epochs: EpochSummary[];
  allEpochs: boolean;
  /** Likewise, newest first; none as long as every epoch has one step. */
  checkpoints: CheckpointCount[];
  allCheckpoints: boolean;
  /** Predictions of all epochs, whatever the filters show. */
  stored: number;
  /** The filter is still being applied: rows and `total` are not final. */
  searching: boolean;
  /** A line is a group of completions. */
  grouped: boolean;
}

/** A reply as it travels among many. */
export interface CutAnswer extends AnswerForm {
  /** The final answer, or all that was said; cut at `cellCharacters`. */
  prediction: string;
  /** How long the answer is that `prediction` is the beginning of; absent where it is all of it. */
  characters?: number;
  reasoning: ReasoningText | null;
}

/** One of the completions of an open group. */
export interface GroupMember extends CutAnswer {
  id: string;
  /** Among the completions in their order, from 1. */
  place: number;
  cutOff: CutOff | null;
  /** The scores of the job's own, and the deciding one; all of a job without any. */
  scores: (readonly [name: string, value: number])[];
}

/** The completions of an open group. */
export interface GroupDetail extends PromptForm {
  /** Cut at `cellCharacters`, as the prompt. */
  groundTruth: string | null;
  /** How long the ground truth is that this is the beginning of; absent where it is all of it. */
  truthCharacters?: number;
  /** Best first by the deciding score; those without it last. */
  completions: GroupMember[];
}

/** The texts of a prediction, whole. */
export interface WholeTexts extends PromptForm, AnswerForm {
  groundTruth: string | null;
  /** The final answer, or all that was said. */
  prediction: string;
  reasoning: ReasoningText | null;
}

/** The full texts of an open row. */
export interface RowDetail extends WholeTexts, JsonForm {
  id: string;
  cutOff: CutOff | null;
  validationKind: string | null;
  /** One line each. */
  validationErrors: string[];
  /** Where in the prediction they are, where that is JSON and they say so: ascending, from a character to before another. */
  errorPlaces?: ErrorPlace[];
  promptTokens: number | null;
  completionTokens: number | null;
  latencyMs: number | null;
  createdAt: string;
  /** From the ground truth to the prediction; null without a ground truth, and where it took too long to find. */
  difference: DifferencePart[] | null;
}

export interface SampleSummary {
  key: SampleKey;
  /** What it is called by. */
  sampleIndex: number;
  /** Empty where its rows name none. */
  source: string;
  /** Cut at 120 characters. */
  prompt: string;
  /** How many answers it has: one an epoch, where nothing else is known. */
  epochs: number;
}

/** The completions that an answer stands for. */
export interface AnswerGroup extends GroupFigures {
  /** Of the scores whose values are all 0 or 1, the deciding one first. */
  passes: PassRates[];
  validation: number | null;
  /** Best first; null as long as they are not asked for. */
  opened: HistoryEntry[] | null;
}

/**
 * One answer to the sample that is compared. One that stands for several completions shows the best of them by the
 * deciding score, and the means of their scores.
 */
export interface HistoryEntry extends CutAnswer, JsonForm {
  /** Names it among those of its sample. */
  key: string;
  /** Of the prediction that is shown. */
  id: string;
  epoch: number;
  step: number;
  /** Of one of several completions: its place in their order, from 1. */
  place: number | null;
  group: AnswerGroup | null;
  superseded: SupersededBy | null;
  cutOff: CutOff | null;
  charErrorRate: number | null;
  validationPass: boolean | null;
  /** The scores of the job's own that it has, and the deciding one, in the order of `scores`; no field tells these. */
  scores: (readonly [name: string, value: number])[];
  /** By the deciding score, against the answers of the checkpoint before; null where one of the two has none. */
  mark: Mark | null;
  /** From what the view compares with to the prediction; null where there is nothing to compare with. */
  difference: DifferencePart[] | null;
}

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

export type HostMessage =
  /**
   * The first message after `ready`: what to show. Deltas follow. `restore` names the job and its server to the
   * serializer after a window reload; the webview keeps it as it is.
   */
  | { type: 'hydrate'; state: ViewState; job: JobSummary; restore: string }
  /** `now` is the host's clock, in ms since 1970: the webview may run on another machine. */
  | { type: 'status'; job: JobSummary; connection: ConnectionSummary; counts: Counts; loading: boolean; now: number }
  /** What rows are told apart and judged by: sent when something of it changed, before what is drawn by it. */
  | {
      type: 'scores';
      /** Known ones first, the others by name. */
      scores: ScoreInfo[];
      /** How many others have no column because there are too many. */
      leftOut: number;
      /** Name of the deciding score; null where no score decides. */
      judge: string | null;
      /** The one that the reader chose, if any. */
      chosen: string | null;
      /** By name; an empty one stands for rows that name none. */
      sources: string[];
      /** Every epoch has one step: a checkpoint is called by its epoch. */
      byEpoch: boolean;
      /** Some sample has several completions at a checkpoint. */
      completions: boolean;
      /** Some rows may be superseded. */
      supersedes: boolean;
      /** Some row has a ground truth; null as long as there are no rows. */
      truths: boolean | null;
    }
  /** The visible page. A row that the page before this one told of as it is now is told of by its id alone. */
  | (Omit<Page, 'rows'> & { type: 'page'; rows: (Row | string)[] })
  | { type: 'detail'; id: string; detail: RowDetail | null }
  | { type: 'group'; id: string; group: GroupDetail | null }
  | { type: 'whole'; id: string; texts: WholeTexts | null }
  /** One of the sample's answers, with its place from the oldest; null where the sample has none. */
  | { type: 'answerAt'; place: number; entry: HistoryEntry | null }
  /** The answer to `render`. */
  | { type: 'rendered'; id: number; rendering: Rendering }
  /** The sample's newest answers, as many of all its `answers` as the view asks for. */
  | (PromptForm & {
      type: 'comparison';
      answers: number;
      /** Ascending: those that the message before did not tell of as they are now, or all of them. */
      samples: SampleSummary[];
      allSamples: boolean;
      /** How many the job has. */
      sampleCount: number;
      /** How many are listed, or found, where not all of them are: these replace the list, or it is as before. Null where all are. */
      samplesListed: number | null;
      /** Whether the list is of samples that were searched for: of all that hold the text, of more, or not yet of all. */
      samplesSearched: 'no' | 'searching' | 'all' | 'more';
      sample: SampleKey | null;
      /** The prediction whose prompt and ground truth these are; null where there is no sample. */
      asked: string | null;
      /** Cut like the prompt at `cellCharacters`. */
      groundTruth: string | null;
      /** How long the ground truth is that this is the beginning of; absent where it is all of it. */
      truthCharacters?: number;
      /** Newest first: those that the message before did not tell of as they are now, or all of them. */
      history: HistoryEntry[];
      allHistory: boolean;
      /** Where each of `history` is among all that are shown, from 0, ascending. */
      places: number[];
      /** How many are shown. */
      shown: number;
      /** The answer that all are held against, by its id; null where each is held against something of its own. */
      against: string | null;
      /** Epoch and step of the first answer that is an exact match; null when none is. */
      firstCorrect: number | null;
      firstCorrectStep: number | null;
      /** Epoch and step of the first answer that is worse than the one before; null when none is. */
      firstRegression: number | null;
      firstRegressionStep: number | null;
    })
  | {
      type: 'trends';
      /** What the points tell of: the scores that have a chart, and the deciding one. */
      scores: ChartedScore[];
      /** Groups of completions have a chart. */
      groups: boolean;
      /** `ToldCheckpoints` as JSON. */
      checkpoints: string;
      allCheckpoints: boolean;
      /** The other watched jobs, which can be laid over this one. */
      others: { key: string; title: string }[];
      /** Its points tell of the same scores. */
      overlay: { key: string; title: string; checkpoints: string; allCheckpoints: boolean } | null;
    }
  /** What the trainer logged; empty lines where the server has none. Comes with the Trends tab. */
  | {
      type: 'losses';
      lines: Record<'train' | 'eval' | 'learningRate', LossLine>;
      /** Everything else that has a number, group by group; null where that is as told before. */
      names: string[] | null;
      /** How many others there are that are not held because there are too many. */
      leftOut: number;
      /** Those that have a chart, as far as they are not as told before. Untrusted names. */
      figures: (readonly [name: string, line: LossLine])[];
    };

export type HostMessageOf<T extends HostMessage['type']> = Extract<HostMessage, { type: T }>;
export type WebviewMessageOf<T extends WebviewMessage['type']> = Extract<WebviewMessage, { type: T }>;
