import * as vscode from 'vscode';
import { plainMessage } from '../plainText.ts';
import type { ServerId, Servers } from '../servers.ts';
import { TextsLostError } from '../store/spill.ts';
import { nameOf, titleOf } from '../watch/jobTitle.ts';
import { Pace } from '../watch/pace.ts';
import { keyOf, type Watch, type Watches } from '../watch/watches.ts';
import { isActive } from '../wire/job.ts';
import { schema } from '../wire/schema.ts';
import { detailOf, jobSummary, statusMessage } from './content.ts';
import type { DiffDocuments } from './differences/diffDocuments.ts';
import { Differences } from './differences/differences.ts';
import { fileNameOf } from './export/exportFile.ts';
import { pickFile } from './export/exportPredictions.ts';
import { type ExportRows, shownRows } from './export/exportRows.ts';
import { localResourceRoots, panelHtml } from './html.ts';
import { lossesMessage } from './lossLines.ts';
import {
  firstAnswers,
  type HostMessage,
  type PanelCommand,
  type Tab,
  type ViewState,
  type WebviewMessage,
  type WebviewMessageOf,
  webviewMessageType,
} from './protocol.ts';
import { SampleView } from './sampleView.ts';
import { TableView } from './tableView.ts';
import { type OtherJob, TrendsView } from './trendsView.ts';

/** Between two messages of what arrives, in ms. */
const newsInterval = 50;
/** The same while the first snapshot is read, which has better things to do than to tell of itself. */
const loadingInterval = 250;

const webviewMessage = schema(webviewMessageType);

export interface PanelContext {
  extension: vscode.Uri;
  servers: Servers;
  documents: DiffDocuments;
  watches: Watches<ServerId>;
  /** Rows a page, until the reader chooses otherwise. */
  pageSize(): number;
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
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #news = new Pace(
    () => this.#newsInterval(),
    () => this.#postNews(),
  );
  readonly #losses = new Pace(
    () => newsInterval,
    () => this.#postLosses(),
  );
  readonly #table: TableView;
  readonly #differences: Differences;
  readonly #sample: SampleView;
  readonly #trends: TrendsView;
  #view: ViewState;
  #ready = false;
  /** Rows changed since the tab was last sent. */
  #hasNewRows = false;
  /** What was said in this turn so far. */
  #letter: HostMessage[] = [];
  /** Another slice of a search is on its way. */
  #isSearching = false;
  #wasCaughtUp = false;
  /** What the listing said of the job when its losses were asked for last. */
  #lossesOf = '';
  /** The tab that somebody asked for while no webview was there to show it. */
  #wanted: Tab | null = null;

  constructor(panel: vscode.WebviewPanel, watch: Watch<ServerId>, context: PanelContext) {
    this.watch = watch;
    this.#panel = panel;
    this.#context = context;
    this.#view = {
      tab: 'predictions',
      epoch: null,
      search: '',
      invalidOnly: false,
      regressedOnly: false,
      sort: null,
      hiddenColumns: [],
      wrap: false,
      offset: 0,
      pageSize: context.pageSize(),
      hold: false,
      expanded: [],
      sample: null,
      compareWith: 'truth',
      answers: firstAnswers,
      overlay: null,
    };
    const program = vscode.Uri.joinPath(context.extension, 'dist', 'differenceWorker.cjs').fsPath;
    this.#differences = new Differences(program, () => this.#postDifferences());
    this.#table = new TableView(watch.session.store, this.#view);
    this.#sample = new SampleView(watch.session.store, this.#differences);
    this.#trends = new TrendsView(watch.session.store);
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
        if (caughtUp && !this.#wasCaughtUp) this.#readLosses('all');
        this.#wasCaughtUp = caughtUp;
      }),
      watch.losses.onDidChange(() => this.#losses.request()),
      context.watches.listing(watch.server).onDidChange(() => {
        this.#news.request();
        this.#readLosses('new');
      }),
    );
    panel.webview.html = panelHtml(panel.webview, context.extension);
    this.#showTitle();
  }

  /** What the table's filters show; null where they hide nothing. */
  shownRows(): ExportRows | null {
    while (this.#table.work());
    const { rows } = this.#table;
    const { store } = this.watch.session;
    return rows.count() === store.size ? null : shownRows(rows, store.arrivals, store);
  }

  get onDidDispose(): vscode.Event<void> {
    return this.#panel.onDidDispose;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  /** Turns to a tab, also of a webview that is hidden or not there yet. */
  showTab(tab: Tab): void {
    this.#wanted = tab;
    if (this.#ready && this.#panel.visible) this.#hydrate(this.#view);
  }

  /** Closes the panel. */
  close(): void {
    this.#panel.dispose();
  }

  /** Lets go of everything; the panel itself is closed already. */
  dispose(): void {
    this.#ready = false;
    this.#news.dispose();
    this.#losses.dispose();
    this.#differences.dispose();
    for (const subscription of this.#subscriptions.splice(0)) subscription.dispose();
  }

  #receive(unknownMessage: unknown): void {
    if (!webviewMessage.check(unknownMessage)) {
      this.#context.log.warn('A panel sent a message that is not in the protocol.');
      return;
    }
    const handlers: { [T in WebviewMessage['type']]: (message: WebviewMessageOf<T>) => void } = {
      ready: ({ state }) => this.#hydrate(state),
      view: ({ state, version }) => this.#show(state, version),
      showNew: () => {
        this.#table.showNew();
        this.#postTab();
      },
      open: ({ id }) => this.#postDetail(id),
      copy: ({ id, what }) => this.#copy(id, what),
      openDiff: ({ left, right }) => this.#carryOut('openDiff', this.#context.documents.open(this.watch, left, right)),
      saveChart: (chart) => this.#carryOut('saveChart', saveChart(chart)),
      command: ({ command }) => this.#context.run(command, this.watch),
    };
    const handle = handlers[unknownMessage.type] as (message: WebviewMessage) => void;
    this.#reading(() => handle(unknownMessage));
  }

  #hydrate(kept: ViewState | null): void {
    this.#ready = true;
    if (kept !== null) this.#view = kept;
    if (this.#wanted !== null) this.#view = { ...this.#view, tab: this.#wanted };
    this.#wanted = null;
    for (const tab of [this.#table, this.#sample, this.#trends]) tab.forgetReader();
    this.#table.show(this.#view, null);
    const { server, jobId } = this.watch;
    this.#post({
      type: 'hydrate',
      state: this.#view,
      job: this.#job(),
      restore: JSON.stringify({ server, jobId }),
    });
    this.#postStatus();
    this.#postTab();
    this.#showLosses();
  }

  #show(state: ViewState, version: number | null): void {
    const isTurned = state.tab !== this.#view.tab;
    this.#view = state;
    this.#table.show(state, version);
    this.#postTab();
    if (!isTurned) return;
    this.#context.tabShown(state.tab);
    this.#showLosses();
  }

  #postDetail(id: string): void {
    this.#post({ type: 'detail', id, detail: detailOf(this.watch.session.store.get(id), this.#differences) });
  }

  /** A difference that took its time is there: whatever shows it is sent again. */
  #postDifferences(): void {
    this.#sample.forgetHistory();
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
    if (this.#hasNewRows) this.#reading(() => this.#postTab());
    this.#postStatus();
  }

  #newsInterval(): number {
    const { loading, caughtUp } = this.watch.session;
    return loading && !caughtUp ? loadingInterval : newsInterval;
  }

  #postStatus(): void {
    this.#showTitle();
    this.#post(statusMessage(this.watch.session, this.#job(), Date.now()));
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
    if (!this.#ready || !this.#panel.visible) return;
    this.#hasNewRows = false;
    const messages: { [T in Tab]: () => HostMessage } = {
      predictions: () => this.#table.message(),
      comparison: () => this.#sample.message(this.#view),
      trends: () => this.#trends.message(this.#others(), this.#view.overlay),
    };
    const message = messages[this.#view.tab]();
    this.#post(message);
    // A filter over many rows goes on in slices, so that the extension host can do other things between them.
    if (message.type === 'page' && message.searching) this.#search();
  }

  #showLosses(): void {
    this.#postLosses();
    this.#lossesOf = '';
    this.#readLosses('all');
  }

  #postLosses(): void {
    if (this.#view.tab === 'trends') this.#post(lossesMessage(this.watch.losses.curves));
  }

  /** Only for somebody who sees them, and of a job that ended no more than once. */
  #readLosses(what: 'new' | 'all'): void {
    if (this.#view.tab !== 'trends' || !this.#ready || !this.#panel.visible) return;
    const job = this.#context.watches.job(this.watch);
    const said = JSON.stringify([job?.status, job?.current_step, job?.loss, job?.eval_loss]);
    const mayHaveMore = job === undefined || isActive(job.status) || said !== this.#lossesOf;
    this.#lossesOf = said;
    if (mayHaveMore) this.watch.losses.request(what);
  }

  #search(): void {
    if (this.#isSearching) return;
    this.#isSearching = true;
    setImmediate(() => {
      this.#isSearching = false;
      if (!this.#ready || !this.#panel.visible || this.#view.tab !== 'predictions') return;
      this.#reading(() => {
        if (this.#table.work()) {
          this.#search();
          this.#requestTab();
        }
        // What was asked for waits for nothing once it is there.
        else this.#postTab();
      });
    });
  }

  #others(): OtherJob[] {
    const { watches } = this.#context;
    return watches.all
      .filter((watch) => watch !== this.watch)
      .map((watch) => ({
        key: keyOf(watch),
        title: nameOf(watch.jobId, watches.job(watch)),
        store: watch.session.store,
      }));
  }

  /**
   * What is said in one turn goes together, so that it is drawn together. A hidden webview does not exist: it says
   * `ready` again when it comes back.
   */
  #post(message: HostMessage): void {
    if (!this.#ready || !this.#panel.visible) return;
    this.#letter.push(message);
    if (this.#letter.length > 1) return;
    queueMicrotask(() => {
      const letter = this.#letter;
      this.#letter = [];
      if (this.#ready && this.#panel.visible) void this.#panel.webview.postMessage(letter);
    });
  }

  #job(): ReturnType<typeof jobSummary> {
    const { servers, watches } = this.#context;
    return jobSummary(this.watch.jobId, watches.job(this.watch), servers.host(this.watch.server));
  }

  #showTitle(): void {
    this.#panel.title = `Predictions: ${titleOf(this.watch.jobId, this.#context.watches.job(this.watch))}`;
  }
}

async function saveChart({ name, format, content }: WebviewMessageOf<'saveChart'>): Promise<void> {
  const target = await pickFile(fileNameOf(name).toLowerCase(), format);
  if (target === undefined) return;
  await vscode.workspace.fs.writeFile(target, Buffer.from(content, format === 'png' ? 'base64' : 'utf8'));
}
