import * as vscode from 'vscode';
import { config } from '../config.ts';
import type { Followers } from '../localServer/followed/followers.ts';
import type { RedactingLog } from '../log.ts';
import type { FoundRun } from './searchRuns.ts';
import { searchWorkspace, watchForRuns } from './workspaceSearch.ts';

/**
 * The runs in the folders of this window that nobody follows. They are searched for once somebody sees the tree, or asks,
 * by the names of files alone; never where the workspace is not trusted.
 */
export class WorkspaceRuns implements vscode.Disposable {
  readonly #followers: Followers;
  readonly #log: RedactingLog;
  readonly #changes = new vscode.EventEmitter<void>();
  /** Fires when runs were found, or are followed now. */
  readonly onDidChange = this.#changes.event;
  readonly #subscriptions: vscode.Disposable;
  #found: readonly FoundRun[] = [];
  #isWhole = true;
  #isWanted = false;
  #searching: { done: Promise<void>; cancel: vscode.CancellationTokenSource } | undefined;
  #again = false;
  #watcher: vscode.Disposable | undefined;
  #shown = '';

  constructor(followers: Followers, log: RedactingLog) {
    this.#followers = followers;
    this.#log = log;
    const restart = (): void => this.#restart();
    this.#subscriptions = vscode.Disposable.from(
      followers.onDidChange(() => this.#tell()),
      config.onDidChange(['follow.discover'], restart),
      vscode.workspace.onDidChangeConfiguration((change) => {
        const isExcluded = ['files.exclude', 'search.exclude'].some((name) => change.affectsConfiguration(name));
        if (isExcluded) restart();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(restart),
      vscode.workspace.onDidChangeWorkspaceFolders(restart),
    );
  }

  /** By path; those that are not followed. */
  get runs(): FoundRun[] {
    const followed = new Set(
      this.#followers.wanted.flatMap(({ record, status }) =>
        [record?.path, status?.path].filter((path) => path !== undefined),
      ),
    );
    return this.#found.filter(({ path }) => !followed.has(path));
  }

  /** Whether the search came to its end. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Somebody looks: from now on runs are searched for, and new ones are found as they appear. */
  begin(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#restart();
  }

  /** Searches again; resolves once it is known what there is. */
  async refresh(): Promise<void> {
    if (!this.#isOn) return;
    this.#isWanted = true;
    this.#watcher ??= this.#watch();
    this.#request();
    await this.#searching?.done;
  }

  dispose(): void {
    this.#stop();
    this.#subscriptions.dispose();
    this.#changes.dispose();
  }

  get #isOn(): boolean {
    const folders = vscode.workspace.workspaceFolders ?? [];
    return config.discoversRuns() && vscode.workspace.isTrusted && folders.some(({ uri }) => uri.scheme === 'file');
  }

  #restart(): void {
    this.#stop();
    this.#found = [];
    if (this.#isWanted && this.#isOn) void this.refresh();
    this.#tell();
  }

  #stop(): void {
    this.#watcher?.dispose();
    this.#watcher = undefined;
    this.#searching?.cancel.cancel();
  }

  /** One search at a time, and one more where there is a reason for it meanwhile. */
  #request(): void {
    this.#again = this.#searching !== undefined;
    if (this.#again) return;
    const cancel = new vscode.CancellationTokenSource();
    const done = this.#search(cancel.token).finally(() => {
      cancel.dispose();
      this.#searching = undefined;
      if (this.#again && this.#isOn) this.#request();
    });
    this.#searching = { done, cancel };
  }

  async #search(cancelled: vscode.CancellationToken): Promise<void> {
    const began = performance.now();
    try {
      const { runs, isWhole } = await searchWorkspace(cancelled);
      this.#found = runs;
      this.#isWhole = isWhole;
      this.#log.info(`${runs.length} runs in the workspace, searched in ${Math.round(performance.now() - began)} ms`);
      this.#tell();
    } catch (error) {
      if (!(error instanceof vscode.CancellationError)) this.#log.error('searching for runs', error);
    }
  }

  #watch(): vscode.Disposable {
    return watchForRuns(
      (path) => this.#found.some((run) => run.path === path),
      () => this.#request(),
    );
  }

  #tell(): void {
    const shown = JSON.stringify(this.runs);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#changes.fire();
  }
}
