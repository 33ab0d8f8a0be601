import * as vscode from 'vscode';
import { config } from '../config.ts';
import { dataDirectory, findServer, type RunningServer } from './discovery.ts';
import { startServer, stopServer } from './serverProcess.ts';

/** The one local predictions server of this user and machine: found, started and stopped. */
export class LocalServer implements vscode.Disposable {
  readonly #program: string;
  readonly #directory = dataDirectory();
  readonly #changes = new vscode.EventEmitter<void>();
  /** Fires when a server came, went or was replaced. */
  readonly onDidChange = this.#changes.event;
  readonly #watcher: vscode.FileSystemWatcher;
  #running: RunningServer | null = null;
  #starting: Promise<RunningServer> | undefined;

  constructor(extension: vscode.Uri) {
    this.#program = vscode.Uri.joinPath(extension, 'dist', 'server.cjs').fsPath;
    const file = new vscode.RelativePattern(vscode.Uri.file(this.#directory), 'server.json');
    this.#watcher = vscode.workspace.createFileSystemWatcher(file);
    for (const changed of [this.#watcher.onDidCreate, this.#watcher.onDidChange, this.#watcher.onDidDelete]) {
      changed(() => void this.find());
    }
  }

  /** As it was found last. */
  get running(): RunningServer | null {
    return this.#running;
  }

  /** Looks again. */
  async find(): Promise<RunningServer | null> {
    const found = await findServer(this.#directory);
    this.#become(found);
    return found;
  }

  /**
   * Returns the running server or starts one.
   *
   * @throws ServerStartError, or the signal's reason
   */
  async start(signal: AbortSignal): Promise<RunningServer> {
    const found = await this.find();
    if (found !== null) return found;
    this.#starting ??= startServer({
      program: this.#program,
      dataDirectory: this.#directory,
      port: config.localServerPort(),
      signal,
    }).finally(() => {
      this.#starting = undefined;
    });
    const started = await this.#starting;
    this.#become(started);
    return started;
  }

  /** @throws ServerStopError */
  async stop(): Promise<void> {
    const running = await this.find();
    if (running === null) return;
    await stopServer(running, this.#directory);
    this.#become(null);
  }

  dispose(): void {
    this.#watcher.dispose();
    this.#changes.dispose();
  }

  #become(running: RunningServer | null): void {
    const changed = this.#running?.instance !== running?.instance;
    this.#running = running;
    if (changed) this.#changes.fire();
  }
}
