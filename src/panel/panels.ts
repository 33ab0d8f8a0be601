import * as Type from 'typebox';
import * as vscode from 'vscode';
import type { ServerId } from '../servers.ts';
import { type JobReference, keyOf, type Watch } from '../watch/watches.ts';
import { schema } from '../wire/schema.ts';
import { localResourceRoots } from './html.ts';
import type { Panel, PanelContext } from './panel.ts';

export const panelViewType = 'trainingPredictions.panel';

const restoreType = Type.Object({ server: Type.Enum(['remote', 'local']), jobId: Type.String({ minLength: 1 }) });
const restored = schema(restoreType);
/** Two clicks on a job that follow each other so soon are a double click, in ms. */
const doubleClick = 500;

const keptState = schema(Type.Object({ restore: Type.String() }));

/** The open panels, one a job. */
export class Panels implements vscode.Disposable {
  readonly #context: PanelContext;
  readonly #panels = new Map<Watch<ServerId>, Panel>();
  readonly #subscription: vscode.Disposable;
  /** The panel whose place the next look at a job takes. Only its reader's doings make it stay. */
  #preview: Panel | undefined;
  /** The job that was looked at last, null for any, and when, in ms since 1970. */
  #looked: { key: string | null; at: number } | undefined;

  constructor(context: PanelContext) {
    this.#context = context;
    this.#subscription = vscode.window.registerWebviewPanelSerializer(panelViewType, {
      deserializeWebviewPanel: (panel, state: unknown) => this.#restore(panel, state),
    });
  }

  /** Watches a job and shows its panel, to stay; a job that has one already is revealed. */
  async open(job: JobReference<ServerId>): Promise<Panel> {
    const panel = await this.#show(job, false);
    this.keep(panel.watch);
    return panel;
  }

  /**
   * Shows a job for a look, as the explorer does with files: the next look takes its place, unless its reader used it
   * meanwhile, and its watch ends with it. The second look of a double click keeps it.
   */
  async look(job: JobReference<ServerId>): Promise<void> {
    const [key, at] = [keyOf(job), Date.now()];
    const looked = this.#looked;
    const isSecond = looked !== undefined && (looked.key ?? key) === key && at - looked.at < doubleClick;
    this.#looked = { key, at };
    await (isSecond ? this.open(job) : this.#show(job, true));
  }

  /** The look that comes at once, at whatever job, is the second of two. */
  keepNext(): void {
    this.#looked = { key: null, at: Date.now() };
  }

  /** The next look at a job does not take the place of this one's panel. */
  keep(watch: Watch<ServerId>): void {
    if (this.#preview?.watch === watch) this.#preview = undefined;
  }

  /** The panel of a job, where there is one. */
  get(watch: Watch<ServerId>): Panel | undefined {
    return this.#panels.get(watch);
  }

  /** Closes the panel of a job, where there is one. */
  close(watch: Watch<ServerId>): void {
    this.#panels.get(watch)?.close();
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
  }

  /** After a reload of the window; what the webview kept is as good as anything from outside. */
  async #restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    let job: JobReference<ServerId>;
    try {
      job = restored.parse(JSON.parse(keptState.parse(state).restore));
    } catch (error) {
      this.#context.log.warn(`A panel could not be restored: ${String(error)}`);
      panel.dispose();
      return;
    }
    const watch = this.#context.watches.begin(job);
    const { Panel } = await loadPanel();
    this.#adopt(Panel, panel, watch);
  }

  async #show(job: JobReference<ServerId>, isLook: boolean): Promise<Panel> {
    // A job that is watched already goes on being watched.
    const isPreview = isLook && this.#context.watches.get(job) === undefined;
    const watch = this.#context.watches.begin(job);
    const { Panel } = await loadPanel();
    const open = this.#panels.get(watch);
    if (open !== undefined) {
      open.reveal(isLook);
      return open;
    }
    const viewColumn = (isPreview ? this.#preview?.column : undefined) ?? vscode.ViewColumn.Active;
    const shown = vscode.window.createWebviewPanel(
      panelViewType,
      'Predictions',
      { viewColumn, preserveFocus: isLook },
      { enableScripts: true, localResourceRoots: localResourceRoots(this.#context.extension) },
    );
    const panel = this.#adopt(Panel, shown, watch);
    if (isPreview) {
      const last = this.#preview;
      if (last?.isPinned === false) last.close();
      this.#preview = panel;
    }
    return panel;
  }

  #adopt(made: typeof Panel, webviewPanel: vscode.WebviewPanel, watch: Watch<ServerId>): Panel {
    const panel = new made(webviewPanel, watch, this.#context, () => this.keep(watch));
    webviewPanel.iconPath = vscode.Uri.joinPath(this.#context.extension, 'media', 'panel.svg');
    this.#panels.set(watch, panel);
    panel.onDidDispose(() => {
      this.#panels.delete(watch);
      panel.dispose();
      if (this.#preview !== panel) return;
      this.#preview = undefined;
      this.#context.watches.end(watch);
    });
    return panel;
  }
}

/** What a panel consists of is loaded with the first one: no window needs it to open. */
const loadPanel = () => import('./panel.ts');
