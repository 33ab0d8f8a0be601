import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { UnprovenServerError } from '../api/errors.ts';
import { config } from '../config.ts';
import type { Credentials } from '../credentials.ts';
import { dataDirectory, findServer, type RunningServer } from './discovery.ts';
import { holdLease, type LeaseEnd } from './lease.ts';
import { serverLog, startServer, stopServer } from './serverProcess.ts';

/** How long the server waits for a window to come back, as one does that is reloaded, in s. */
const stopWhenUnusedSeconds = Number(process.env['TRAINING_PREDICTIONS_STOP_WHEN_UNUSED_SECONDS'] ?? 60);

/** The one local predictions server of this user and machine: found, started and stopped. */
export class LocalServer implements vscode.Disposable {
  /** The bundled server. */
  readonly program: string;
  readonly directory = dataDirectory();
  readonly #credentials: Credentials;
  readonly #changes = new vscode.EventEmitter<'presence' | 'key'>();
  /** Fires when a server came, went or was replaced, or the key of the one that runs was. */
  readonly onDidChange = this.#changes.event;
  readonly #crashes = new vscode.EventEmitter<void>();
  /** Fires when the server that ran ended, though nobody stopped it, and none has taken its place. */
  readonly onDidCrash = this.#crashes.event;
  readonly #subscriptions: vscode.Disposable;
  #running: RunningServer | null = null;
  #problem: UnprovenServerError | undefined;
  #lease: vscode.Disposable | undefined;
  #starting: Promise<RunningServer> | undefined;
  /** The instance that this window stops: its end is no crash, however abrupt. */
  #stopping: string | undefined;
  #disposed = false;

  constructor(extension: vscode.Uri, credentials: Credentials) {
    this.program = vscode.Uri.joinPath(extension, 'dist', 'server.cjs').fsPath;
    this.#credentials = credentials;
    const file = new vscode.RelativePattern(vscode.Uri.file(this.directory), 'server.json');
    const watcher = vscode.workspace.createFileSystemWatcher(file);
    const find = (): void => void this.find();
    this.#subscriptions = vscode.Disposable.from(
      watcher,
      watcher.onDidCreate(find),
      watcher.onDidChange(find),
      watcher.onDidDelete(find),
      config.onDidChange(['localServer.keepRunning'], () => this.#holdLease()),
    );
  }

  /** As it was found last. */
  get running(): RunningServer | null {
    return this.#running;
  }

  /** What the user should know of whoever answers in the server's place; undefined where nobody does. */
  get problem(): UnprovenServerError | undefined {
    return this.#problem;
  }

  /** A server ran here before: its jobs are kept while none runs. */
  get hasData(): boolean {
    return existsSync(join(this.directory, 'predictions.db'));
  }

  /** What the server that ran last said. */
  get logFile(): string {
    return join(this.directory, serverLog);
  }

  /** Looks again. */
  async find(): Promise<RunningServer | null> {
    let problem: UnprovenServerError | undefined;
    const found = await findServer(this.directory, (unproven) => {
      problem = unproven;
    });
    this.#problem = problem;
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
    this.#starting ??= this.#startNew(signal).finally(() => {
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
    this.#stopping = running.instance;
    await stopServer(running, this.directory);
    this.#become(null);
  }

  dispose(): void {
    this.#disposed = true;
    this.#lease?.dispose();
    this.#subscriptions.dispose();
    this.#changes.dispose();
    this.#crashes.dispose();
  }

  async #startNew(signal: AbortSignal): Promise<RunningServer> {
    return startServer({
      program: this.program,
      dataDirectory: this.directory,
      port: config.localServerPort(),
      databaseUrl: await this.#credentials.database(),
      stopWhenUnusedSeconds,
      signal,
    });
  }

  #become(running: RunningServer | null): void {
    const before = this.#running;
    const isSame = before?.instance === running?.instance;
    // A process may have its key replaced.
    if (this.#disposed || (isSame && before?.endpoint.key === running?.endpoint.key)) return;
    this.#running = running;
    this.#holdLease();
    this.#changes.fire(isSame ? 'key' : 'presence');
  }

  /** Lets go of the lease that was held, and holds one where a server runs. */
  #holdLease(): void {
    this.#lease?.dispose();
    this.#lease = undefined;
    const running = this.#running;
    if (running === null) return;
    this.#lease = holdLease(running.endpoint, config.keepRunning(), (end) => void this.#leaseEnded(running, end));
  }

  async #leaseEnded({ instance }: RunningServer, end: LeaseEnd): Promise<void> {
    // A server that stops in order answers a moment longer; and one that only cut the connection still lives.
    await sleep(500);
    const found = await this.find();
    if (this.#disposed) return;
    if (found?.instance === instance) this.#holdLease();
    else if (found === null && end === 'lost' && this.#stopping !== instance) this.#crashes.fire();
  }
}
