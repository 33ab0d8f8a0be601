/**
 * Every message between the extension host and the webview of one panel. The host owns the data; the webview says
 * what it shows (`ViewState`) and is sent just that, in lists of what belongs together. Both sides handle every message
 * by an exhaustive table.
 */
import * as Type from 'typebox';
import type { Direction } from '../model/directions.ts';
import type { SampleKey } from '../model/samples.ts';
import type { ConnectionLabel, ConnectionSummary } from '../stream/connectionSummary.ts';
import type { JobStatus } from '../wire/job.ts';
import type { HistoryEntry, SampleSummary } from './protocol/comparison.ts';
import type { GroupDetail, Page, Row, RowDetail } from './protocol/table.ts';
import { mostErrorPlaces, type PromptForm, type WholeTexts } from './protocol/texts.ts';
import type { ChartedScore, LossLine } from './protocol/trends.ts';
import { type ViewState, viewStateType } from './protocol/view.ts';
import type { Rendering } from './rendered/renderedTree.ts';

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
  /** Fields of its rows that its server does not know, with the one that each is nearly called like; absent where none is. */
  unknownFields?: { name: string; near: string }[];
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

/** A score that has a value in some row of the job. */
export interface ScoreInfo {
  name: string;
  /** How the job calls it, where it says so. */
  label: string | null;
  /** Which of two values is better. */
  direction: Direction;
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
