import { readdir } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { LocalServer } from '../localServer/localServer.ts';
import type { RedactingLog } from '../log.ts';
import type { FollowingParts } from './parts.ts';

/** Names that files have in the data directory where something is, or was, followed. */
const files = { begin: 'followed-', glob: 'followed-*.json' };

/**
 * What trainers write by themselves, in the editor: what is followed, and which runs there are in the workspace. It is
 * loaded where somebody follows something, asks for it or sees the tree; no window needs it to open.
 */
export class Following implements vscode.Disposable {
  readonly #localServer: LocalServer;
  readonly #log: RedactingLog;
  readonly #changes = new vscode.EventEmitter<void>();
  /** Fires when the tree or the badge would show something else. */
  readonly onDidChange = this.#changes.event;
  readonly #subscriptions: vscode.Disposable;
  #loading: Promise<FollowingParts> | undefined;
  #parts: FollowingParts | undefined;
  #isDisposed = false;

  constructor(localServer: LocalServer, log: RedactingLog) {
    this.#localServer = localServer;
    this.#log = log;
    const pattern = new vscode.RelativePattern(vscode.Uri.file(localServer.directory), files.glob);
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const look = (): void => void this.load().then(({ followers }) => followers.look());
    this.#subscriptions = vscode.Disposable.from(
      watcher,
      watcher.onDidCreate(look),
      watcher.onDidChange(look),
      watcher.onDidDelete(look),
    );
    void this.#loadIfFollowed();
  }

  /** Undefined before it is loaded: nothing is followed then, for all that is known. */
  get parts(): FollowingParts | undefined {
    return this.#parts;
  }

  load(): Promise<FollowingParts> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#subscriptions.dispose();
    this.#parts?.dispose();
    this.#changes.dispose();
  }

  async #loadIfFollowed(): Promise<void> {
    const names = await readdir(this.#localServer.directory).catch(() => []);
    if (names.some((name) => name.startsWith(files.begin))) await this.load();
  }

  async #load(): Promise<FollowingParts> {
    const { createParts } = await import('./parts.ts');
    const parts = createParts(this.#localServer, this.#log, () => this.#changes.fire());
    if (this.#isDisposed) parts.dispose();
    this.#parts = parts;
    parts.followers.look();
    return parts;
  }
}
