import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { config } from '../config.ts';
import type { ReasoningTags } from '../model/reasoning.ts';
import { plainMessage } from '../plainText.ts';
import type { ServerId, Servers } from '../servers.ts';
import { TextsLostError } from '../store/spill.ts';
import { Pace } from '../watch/pace.ts';
import { keyOf, type Watch, type Watches } from '../watch/watches.ts';
import { schema } from '../wire/schema.ts';
import { detailOf, jobSummary, statusMessage, tabTitle } from './content.ts';
import type { DiffDocuments } from './differences/diffDocuments.ts';
import { Differences } from './differences/differences.ts';
import { type ExportRows, shownRows } from './export/exportRows.ts';
import { groupDetail } from './groups/groupFigures.ts';
import { localResourceRoots, panelHtml } from './html.ts';
import { initialView } from './initialView.ts';
import { LossesView } from './lossesView.ts';
import { Postbox } from './postbox.ts';
import { answersAtOnce } from './protocol/comparison.ts';
import type { Tab, ViewState } from './protocol/view.ts';
import {
  type HostMessage,
  type PanelCommand,
  type Rendering,
  type WebviewMessage,
  type WebviewMessageOf,
  webviewMessageType,
} from './protocol.ts';
import type { RenderQuestion } from './rendered/renderText.ts';
import { SampleView } from './sampleView.ts';
import { ScoresView } from './scoresView.ts';
import { SearchSlices } from './searchSlices.ts';
import type { TableChoice } from './tableChoice.ts';
import { TableView } from './tableView.ts';
import { readerTags } from './texts/readerTags.ts';
import { wholeTexts } from './texts/wholeTexts.ts';
import { type OtherJob, TrendsView } from './trendsView.ts';
import { LimitedWorker } from './workers/limitedWorker.ts';

/** Between two messages of what arrives, in ms: each takes this thread about a millisecond, most of it VS Code's own. */
const newsInterval = 80;
/** The same while the first snapshot is read, which has better things to do than to tell of itself. */
const loadingInterval = 250;
/** News rest so many times as long as they took to tell, and at most so long, in ms: a checkpoint may have a million rows. */
const restShare = 9;
const longestRest = 1000;
/** Until the others are told, in ms: the first ones are on the screen then. */
const answersRest = 100;

/** A text that takes longer is shown as it is, in ms; heap in MB. */
const renderLimits = { time: 1000 };

const webviewMessage = schema(webviewMessageType);

export interface PanelContext {
  extension: vscode.Uri;
  servers: Servers;
  documents: DiffDocuments;
  watches: Watches<ServerId>;
  /** How tables look, until the reader chooses otherwise. */
  table(): TableChoice;
  /** The reader chose otherwise. */
  keepTable(choice: TableChoice): void;
  run(command: PanelCommand, watch: Watch<ServerId>): void;
  /** A reader sees a tab. */
  tabShown(tab: Tab): void;
  log: { warn(message: string): void; error(what: string, error: unknown): void };
}

/** One panel: tells its webview what the watch holds, as far as the reader looks at it. */
export class Panel implements vscode.Disposable {
  readonly watch: Watch<ServerId>;
  readonly #panel: vscode.WebviewPanel;
  readonly #context: PanelContext;
  readonly #used: () => void;
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #news = new Pace(
    () => this.#newsInterval(),
    () => this.#postNews(),
  );
  readonly #search = new SearchSlices(() => this.#searchOn());
  readonly #losses: LossesView;
  readonly #postbox: Postbox;
  readonly #table: TableView;
  readonly #differences: Differences;
  readonly #renderer: LimitedWorker<RenderQuestion, Rendering>;
  readonly #scores: ScoresView;
  readonly #sample: SampleView;
  readonly #trends: TrendsView;
  #view: ViewState;
  /** Rows changed since the tab was last sent. */
  #hasNewRows = false;
  #wasCaughtUp = false;
  /** How long it took to tell what arrived last, in ms. */
  #newsTook = 0;
  /** What opens and closes reasoning: as the job says, else as the reader's setting does. */
  readonly #tags: () => readonly ReasoningTags[] | undefined;
  /** Until the answers are told that were left for later. */
  #rest: NodeJS.Timeout | undefined;
  /** The tab that somebody asked for while no webview was there to show it. */
  #wanted: Tab | null = null;

  /** @param used the reader does something with the panel */
  constructor(panel: vscode.WebviewPanel, watch: Watch<ServerId>, context: PanelContext, used: () => void) {
    this.watch = watch;
    this.#used = used;
    this.#panel = panel;
    this.#context = context;
    const { pageSize, wrap, rendered } = context.table();
    this.#view = initialView(pageSize, wrap, rendered ? 'rendered' : 'raw');
    this.#postbox = new Postbox(panel);
    const program = (name: string) => vscode.Uri.joinPath(context.extension, 'dist', `${name}.cjs`).fsPath;
    this.#renderer = new LimitedWorker(program('renderWorker'), renderLimits);
    this.#differences = new Differences(program('differenceWorker'), () => this.#postDifferences());
    this.#tags = () => watch.session.judging.reasoningTags ?? readerTags();
    this.#table = new TableView(watch.session.store, this.#view, this.#tags);
    this.#scores = new ScoresView(watch.session);
    this.#sample = new SampleView(watch.session.store, this.#differences, this.#tags);
    this.#trends = new TrendsView(watch.session.store);
    this.#losses = new LossesView({
      losses: watch.losses,
      job: () => context.watches.job(watch),
      isSeen: () => this.#view.tab === 'trends' && this.#postbox.isOpen,
      view: () => this.#view,
      post: (message) => this.#postbox.post(message),
      interval: newsInterval,
    });
    panel.webview.options = { enableScripts: true, localResourceRoots: localResourceRoots(context.extension) };
    this.#subscriptions.push(
      panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
      panel.onDidChangeViewState(() => {
        if (panel.active) context.watches.activate(watch);
      }),
      watch.session.onDidChange((change) => {
        if (change === 'rows') this.#hasNewRows = true;
        this.#news.request();
        const { caughtUp } = watch.session;
        if (caughtUp && !this.#wasCaughtUp) this.#losses.read('all');
        this.#wasCaughtUp = caughtUp;
      }),
      config.onDidChange(['reasoningTags'], () => {
        this.#sample.forgetHistory();
        this.#postDifferences();
        this.#hasNewRows = true;
        this.#news.request();
      }),
      context.watches.listing(watch.server).onDidChange((change) => {
        // A reading of the whole list brings none, and what the trainer logs may be new all the same.
        const isOwn = change === 'all' || change.length === 0 || change.includes(watch.jobId);
        // Another job may have got this one's name.
        if (isOwn || this.#panel.title !== this.#title()) this.#news.request();
        if (isOwn) this.#losses.read('new');
      }),
    );
    panel.webview.html = panelHtml(panel.webview, context.extension);
    this.#showTitle();
  }

  /** What the table's filters show; null where they hide nothing. */
  shownRows(): ExportRows | null {
    while (this.#table.work());
    const { rows, grouped } = this.#table;
    const { store } = this.watch.session;
    if (!grouped && rows.count() === store.size) return null;
    const shown = shownRows(rows, store.arrivals, store);
    return shown.count === store.size ? null : shown;
  }

  get onDidDispose(): vscode.Event<void> {
    return this.#panel.onDidDispose;
  }

  /** @param keepsFocus whoever has the keyboard keeps it */
  reveal(keepsFocus = false): void {
    this.#panel.reveal(undefined, keepsFocus);
  }

  /** Where it stands; undefined while it is hidden. */
  get column(): vscode.ViewColumn | undefined {
    return this.#panel.viewColumn;
  }

  /** VS Code tells it of tabs alone, and tells nothing when it changes. */
  get isPinned(): boolean {
    return vscode.window.tabGroups.all.some(({ tabs }) =>
      tabs.some(({ isPinned, label, input }) => {
        return isPinned && label === this.#panel.title && input instanceof vscode.TabInputWebview;
      }),
    );
  }

  /** Turns to a tab, also of a webview that is hidden or not there yet. */
  showTab(tab: Tab): void {
    this.#wanted = tab;
    if (this.#postbox.isOpen) this.#hydrate(this.#view);
  }

  /** Closes the panel. */
  close(): void {
    this.#panel.dispose();
  }

  /** Lets go of everything; the panel itself is closed already. */
  dispose(): void {
    this.#postbox.close();
    this.#news.dispose();
    clearTimeout(this.#rest);
    this.#losses.dispose();
    this.#differences.dispose();
    this.#renderer.dispose();
    for (const subscription of this.#subscriptions.splice(0)) subscription.dispose();
  }

  #receive(unknownMessage: unknown): void {
    if (!webviewMessage.check(unknownMessage)) {
      this.#context.log.warn('A panel sent a message that is not in the protocol.');
      return;
    }
    if (isUse(unknownMessage, this.#view)) this.#used();
    const handlers: { [T in WebviewMessage['type']]: (message: WebviewMessageOf<T>) => void } = {
      ready: ({ state }) => {
        this.#sample.forgetPage();
        this.#hydrate(state);
      },
      view: ({ state, version }) => this.#show(state, version),
      showNew: () => {
        this.#table.showNew();
        this.#postTab();
      },
      open: ({ id }) => this.#postDetail(id),
      whole: ({ id, finalOnly }) => this.#postWhole(id, finalOnly),
      answerAt: ({ place, key }) => this.#postbox.post(this.#sample.answerAt(this.#view, place, key)),
      copy: ({ id, what }) => this.#copy(id, what),
      openDiff: ({ left, right }) => this.#carryOut('openDiff', this.#context.documents.open(this.watch, left, right)),
      saveChart: (chart) => this.#carryOut('saveChart', saveChart(chart)),
      judgeBy: ({ score }) => this.watch.session.judging.choose(score),
      turnScore: ({ score, direction }) => this.watch.session.judging.turn(score, direction),
      mayRender: () => this.#renderer.expect(),
      render: ({ id, text, places }) =>
        this.#renderer.ask({ text, places }, (outcome) => {
          const rendering = 'answer' in outcome ? outcome.answer : outcome;
          this.#postbox.post({ type: 'rendered', id, rendering });
        }),
      command: ({ command }) => this.#context.run(command, this.watch),
    };
    const handle = handlers[unknownMessage.type] as (message: WebviewMessage) => void;
    this.#reading(() => handle(unknownMessage));
  }

  #hydrate(kept: ViewState | null): void {
    this.#postbox.open();
    if (kept !== null) this.#view = kept;
    if (this.#wanted !== null) {
      this.#view = { ...this.#view, tab: this.#wanted };
      this.#context.tabShown(this.#wanted);
    }
    this.#wanted = null;
    for (const part of [this.#scores, this.#table, this.#sample, this.#trends, this.#losses]) part.forgetReader();
    this.#table.show(this.#view, null);
    if (this.#view.textForm === 'rendered') this.#renderer.expect();
    const { server, jobId } = this.watch;
    this.#postbox.post({
      type: 'hydrate',
      state: this.#view,
      job: this.#job(),
      restore: JSON.stringify({ server, jobId }),
    });
    this.#postStatus();
    this.#postTab();
    this.#losses.show();
  }

  #show(state: ViewState, version: number | null): void {
    const isTurned = state.tab !== this.#view.tab;
    const before = this.#view;
    this.#view = state;
    const choice = choiceOf(state);
    if (!isDeepStrictEqual(choice, choiceOf(before))) this.#context.keepTable(choice);
    this.#table.show(state, version);
    this.#postTab();
    const isCompared = state.finalAnswerOnly !== before.finalAnswerOnly || state.compareJson !== before.compareJson;
    if (isCompared && state.tab === 'predictions') for (const id of state.expanded) this.#postDetail(id);
    if (!isTurned) {
      if (!isDeepStrictEqual(figuresOf(before), figuresOf(state))) this.#losses.retell();
      return;
    }
    this.#context.tabShown(state.tab);
    this.#losses.show();
  }

  #postDetail(id: string): void {
    const { store } = this.watch.session;
    const tags = this.#tags();
    const row = store.table.find(id);
    if (this.#table.grouped && row !== undefined && store.group(row).length > 1) {
      this.#postbox.post({ type: 'group', id, group: groupDetail(store, id, tags) });
      return;
    }
    const { finalAnswerOnly, compareJson } = this.#view;
    const detail = detailOf(store.get(id), this.#differences, tags, finalAnswerOnly, compareJson);
    this.#postbox.post({ type: 'detail', id, detail });
  }

  #postWhole(id: string, finalOnly: boolean): void {
    const texts = wholeTexts(this.watch.session.store.get(id), this.#tags(), finalOnly);
    this.#postbox.post({ type: 'whole', id, texts });
  }

  /** A difference that took its time is there: whatever shows it is sent again. */
  #postDifferences(): void {
    if (this.#view.tab === 'comparison') this.#requestTab();
    if (this.#view.tab === 'predictions') for (const id of this.#view.expanded) this.#postDetail(id);
  }

  #copy(id: string, what: WebviewMessageOf<'copy'>['what']): void {
    const row = this.watch.session.store.get(id);
    if (row === undefined) return;
    const texts = {
      prompt: () => row.prompt,
      groundTruth: () => row.ground_truth ?? '',
      prediction: () => row.prediction,
      json: () => JSON.stringify(row, null, 2),
    };
    this.#carryOut('copy', vscode.env.clipboard.writeText(texts[what]()));
  }

  #carryOut(what: string, done: Thenable<unknown>): void {
    done.then(undefined, (error: unknown) => {
      this.#context.log.error(what, error);
      void vscode.window.showErrorMessage(
        vscode.l10n.t('That did not work: {0}', plainMessage(error instanceof Error ? error.message : String(error))),
      );
    });
  }

  #requestTab(): void {
    this.#hasNewRows = true;
    this.#news.request();
  }

  #postNews(): void {
    const start = performance.now();
    if (this.#hasNewRows) this.#reading(() => this.#postTab());
    this.#newsTook = performance.now() - start;
    this.#postStatus();
  }

  #newsInterval(): number {
    const { loading, caughtUp } = this.watch.session;
    const interval = loading && !caughtUp ? loadingInterval : newsInterval;
    return Math.max(interval, Math.min(longestRest, restShare * this.#newsTook));
  }

  #postStatus(): void {
    this.#showTitle();
    this.#postbox.post(statusMessage(this.watch.session, this.#job(), Date.now()));
  }

  /** What reads texts may find them lost: the watch tells of it, reads them again, and then all is shown anew. */
  #reading(show: () => void): void {
    try {
      show();
    } catch (error) {
      if (!(error instanceof TextsLostError)) throw error;
    }
  }

  #postTab(): void {
    if (!this.#postbox.isOpen) return;
    this.#hasNewRows = false;
    const scores = this.#scores.news();
    if (scores !== null) this.#postbox.post(scores);
    const messages: { [T in Tab]: () => HostMessage } = {
      predictions: () => this.#table.message(),
      comparison: () => this.#sample.message(this.#view, answersAtOnce),
      trends: () => this.#trends.message(this.#others(), this.#view.overlay, this.#view),
    };
    const message = messages[this.#view.tab]();
    this.#postbox.post(message);
    const isSearching = message.type === 'page' ? message.searching : false;
    if (isSearching || (message.type === 'comparison' && message.samplesSearched === 'searching')) {
      this.#search.request();
    }
    if (!this.#sample.owes) return;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#postRest(), answersRest);
  }

  /** What a reader waits for was on its way first, and nothing of a sample that was walked past. */
  #postRest(): void {
    if (this.#view.tab === 'comparison' && this.#sample.owes) this.#reading(() => this.#postTab());
  }

  #searchOn(): void {
    const searched = { predictions: this.#table, comparison: this.#sample, trends: null }[this.#view.tab];
    if (!this.#postbox.isOpen || searched === null) return;
    this.#reading(() => {
      if (searched.work()) {
        this.#search.request();
        this.#requestTab();
      }
      // What was asked for waits for nothing once it is there.
      else this.#postTab();
    });
  }

  #others(): OtherJob[] {
    const { watches } = this.#context;
    return watches.all
      .filter((watch) => watch !== this.watch)
      .map((watch) => ({
        key: keyOf(watch),
        title: watches.title(watch),
        store: watch.session.store,
      }));
  }

  #job(): ReturnType<typeof jobSummary> {
    const { servers, watches } = this.#context;
    const { server, jobId, session } = this.watch;
    return jobSummary(
      jobId,
      watches.job(this.watch),
      servers.host(server),
      session.store.checkpointsAreEpochs,
      watches.title(this.watch),
    );
  }

  #showTitle(): void {
    this.#panel.title = this.#title();
  }

  #title(): string {
    return tabTitle(this.#context.watches.title(this.watch));
  }
}

function choiceOf({ pageSize, fit, wrap, textForm }: ViewState): TableChoice {
  return { pageSize: fit ? 'fit' : pageSize, wrap, ...(textForm === 'rendered' && { rendered: true }) };
}

/** Whether a reader does something with a panel: it tells by itself that it is there, and how much fits into it. */
function isUse(message: WebviewMessage, before: ViewState): boolean {
  if (message.type === 'ready' || message.type === 'mayRender') return false;
  return message.type !== 'view' || !isDeepStrictEqual(readersOf(message.state), readersOf(before));
}

/** What of a view its reader alone changes. */
function readersOf(view: ViewState): Partial<ViewState> {
  const { pageSize, hiddenColumns, columnOrder, sample, ...own } = view;
  return own;
}

/** What decides what is told of the trainer's figures. */
function figuresOf({ trendMetrics, smoothing }: ViewState): unknown {
  return [trendMetrics, smoothing];
}

/** Loaded once a chart is saved. */
async function saveChart(chart: WebviewMessageOf<'saveChart'>): Promise<void> {
  await (await import('./chartFile.ts')).saveChart(chart);
}
