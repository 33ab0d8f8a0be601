/**
 * Every message between the extension host and the webview of one panel. The host owns the data; the webview says
 * what it shows (`ViewState`) and is sent just that. Both sides handle every message by an exhaustive table.
 */
import * as Type from 'typebox';
import type { ConnectionLabel, ConnectionSummary } from '../stream/connectionSummary.ts';
import type { JobStatus } from '../wire/job.ts';
import type { EpochSummary } from '../wire/responses.ts';
import type { TrendPoint } from '../wire/trends.ts';

/** A cell carries at most this many characters; the full text follows when its row opens. */
export const cellCharacters = 2000;

const viewStateType = Type.Object({
  tab: Type.Enum(['predictions', 'comparison', 'trends']),
  /** Shows one epoch only; null shows all. */
  epoch: Type.Union([Type.Integer(), Type.Null()]),
  /** First row of the page, from 0. */
  offset: Type.Integer({ minimum: 0 }),
  pageSize: Type.Integer({ minimum: 1, maximum: 1000 }),
  /** True while new rows must not move the table: a row is open, text is selected, the page is not the first. */
  hold: Type.Boolean(),
  /** The open rows, by prediction id. */
  expanded: Type.Array(Type.String(), { maxItems: 1000 }),
  /** The sample of the Comparison tab; null before one was chosen. */
  sample: Type.Union([Type.Integer(), Type.Null()]),
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
export const panelCommands = ['pause', 'resume', 'reconnect', 'stopWatching', 'setApiKey', 'showLog'] as const;
export type PanelCommand = (typeof panelCommands)[number];

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
  Type.Object({ type: Type.Literal('command'), command: Type.Enum([...panelCommands]) }),
]);
export type WebviewMessage = Type.Static<typeof webviewMessageType>;

export type { ConnectionLabel, ConnectionSummary };

export interface JobSummary {
  id: string;
  /** Model name, or the id where there is none. */
  title: string;
  /** The server's host name, to tell two servers apart. */
  server: string;
  status: JobStatus | string | null;
  currentEpoch: number | null;
  totalEpochs: number | null;
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
  /** When the last prediction arrived, in ms since 1970. */
  lastArrival: number | null;
}

/** One line of the table. Texts are cut at `cellCharacters`. */
export interface Row {
  id: string;
  epoch: number;
  step: number;
  sampleIndex: number;
  prompt: string;
  groundTruth: string | null;
  prediction: string;
  charErrorRate: number | null;
  exactMatch: number | null;
  validationPass: boolean | null;
}

/** The full texts of an open row. */
export interface RowDetail {
  id: string;
  prompt: string;
  groundTruth: string | null;
  prediction: string;
  validationKind: string | null;
  /** One line each. */
  validationErrors: string[];
  promptTokens: number | null;
  completionTokens: number | null;
  latencyMs: number | null;
  createdAt: string;
}

export interface SampleSummary {
  sampleIndex: number;
  /** Cut at 120 characters. */
  prompt: string;
  /** How many epochs have it. */
  epochs: number;
}

/** One epoch's answer to the sample that is compared. */
export interface HistoryEntry {
  id: string;
  epoch: number;
  step: number;
  prediction: string;
  charErrorRate: number | null;
  validationPass: boolean | null;
}

export type HostMessage =
  /**
   * The first message after `ready`: what to show. Deltas follow. `restore` names the job and its server to the
   * serializer after a window reload; the webview keeps it as it is.
   */
  | { type: 'hydrate'; state: ViewState; job: JobSummary; restore: string }
  /** `now` is the host's clock, in ms since 1970: the webview may run on another machine. */
  | { type: 'status'; job: JobSummary; connection: ConnectionSummary; counts: Counts; loading: boolean; now: number }
  /**
   * The visible page. `total` counts the rows the filter shows, `newRows` those that wait behind a held page. `version`
   * grows as rows arrive (their number in order of arrival serves). `held`: the host knows that the reader holds the
   * page; one that it sent before it knew must not be shown.
   */
  | {
      type: 'page';
      version: number;
      held: boolean;
      offset: number;
      rows: Row[];
      total: number;
      newRows: number;
      epochs: EpochSummary[];
    }
  | { type: 'detail'; id: string; detail: RowDetail | null }
  /** `history` is the newest epoch first. */
  | {
      type: 'comparison';
      samples: SampleSummary[];
      sample: number | null;
      prompt: string;
      groundTruth: string | null;
      history: HistoryEntry[];
    }
  | { type: 'trends'; points: TrendPoint[]; overallImprovement: number | null };

export type HostMessageOf<T extends HostMessage['type']> = Extract<HostMessage, { type: T }>;
export type WebviewMessageOf<T extends WebviewMessage['type']> = Extract<WebviewMessage, { type: T }>;
