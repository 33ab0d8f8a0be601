import * as Type from 'typebox';
import * as vscode from 'vscode';
import type { ServerId } from '../servers.ts';
import type { JobReference, Watch } from '../watch/watches.ts';
import { schema } from '../wire/schema.ts';
import { localResourceRoots } from './html.ts';
import type { Panel, PanelContext } from './panel.ts';

export const panelViewType = 'trainingPredictions.panel';

const restoreType = Type.Object({ server: Type.Enum(['remote', 'local']), jobId: Type.String({ minLength: 1 }) });
const restored = schema(restoreType);
const keptState = schema(Type.Object({ restore: Type.String() }));

/** The open panels, one a job. */
export class Panels implements vscode.Disposable {
  readonly #context: PanelContext;
  readonly #panels = new Map<Watch<ServerId>, Panel>();
  readonly #subscription: vscode.Disposable;

  constructor(context: PanelContext) {
    this.#context = context;
    this.#subscription = vscode.window.registerWebviewPanelSerializer(panelViewType, {
      deserializeWebviewPanel: (panel, state: unknown) => this.#restore(panel, state),
    });
  }

  /** Watches a job and shows its panel; a job that has one already is revealed. */
  async open(job: JobReference<ServerId>): Promise<Panel> {
    const watch = this.#context.watches.begin(job);
    const { Panel } = await loadPanel();
    const open = this.#panels.get(watch);
    if (open !== undefined) {
      open.reveal();
      return open;
    }
    const panel = vscode.window.createWebviewPanel(panelViewType, 'Predictions', vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: localResourceRoots(this.#context.extension),
    });
    return this.#adopt(Panel, panel, watch);
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

  #adopt(made: typeof Panel, webviewPanel: vscode.WebviewPanel, watch: Watch<ServerId>): Panel {
    const panel = new made(webviewPanel, watch, this.#context);
    webviewPanel.iconPath = vscode.Uri.joinPath(this.#context.extension, 'media', 'panel.svg');
    this.#panels.set(watch, panel);
    panel.onDidDispose(() => {
      this.#panels.delete(watch);
      panel.dispose();
    });
    return panel;
  }
}

/** What a panel consists of is loaded with the first one: no window needs it to open. */
const loadPanel = () => import('./panel.ts');
