import * as vscode from 'vscode';
import { UnauthorizedError, UnreachableError } from './api/errors.ts';
import type { Endpoint } from './api/request.ts';
import { InvalidServerAddressError } from './api/serverAddress.ts';
import { config } from './config.ts';
import type { Credentials } from './credentials.ts';
import { endpointOf } from './localServer/discovery.ts';
import type { LocalServer } from './localServer/localServer.ts';
import type { ServerChange } from './watch/watches.ts';

/** The server of `serverUrl`, and the local one. */
export type ServerId = 'remote' | 'local';

/** Which servers there are now, and how to reach them. */
export class Servers implements vscode.Disposable {
  readonly #credentials: Credentials;
  readonly #localServer: LocalServer;
  readonly #changes = new vscode.EventEmitter<{ server: ServerId; change: ServerChange }>();
  /** Fires when a server's address or key changed, or the local server came or went. */
  readonly onDidChange = this.#changes.event;
  readonly #subscriptions: vscode.Disposable;
  #remoteKey: string | null = null;

  constructor(credentials: Credentials, localServer: LocalServer) {
    this.#credentials = credentials;
    this.#localServer = localServer;
    this.#subscriptions = vscode.Disposable.from(
      credentials.onDidChange((origin) => {
        if (origin === this.remoteOrigin()) void this.#readKey('key');
      }),
      config.onDidChange(['serverUrl'], () => void this.#readKey('replaced')),
      localServer.onDidChange((change) => this.#changes.fire({ server: 'local', change })),
    );
  }

  /** Null when `serverUrl` is no usable address. */
  remoteOrigin(): string | null {
    try {
      return config.server().origin;
    } catch (error) {
      if (error instanceof InvalidServerAddressError) return null;
      throw error;
    }
  }

  /** Whether a server can be asked at all: it has a key, it runs. */
  isPresent(id: ServerId): boolean {
    if (id === 'remote') return this.#remoteKey !== null;
    return this.#localServer.running !== null && !this.#localIsRemote();
  }

  /** Whether it is the local server: also by its address in `serverUrl`. */
  isLocal(id: ServerId): boolean {
    return id === 'local' || this.#localIsRemote();
  }

  /** The id under which the local server is shown. */
  get idOfLocal(): ServerId {
    return this.#localIsRemote() ? 'remote' : 'local';
  }

  /** True also for a local server that does not run: it brings its key along. */
  hasKey(id: ServerId): boolean {
    return id === 'local' || this.#remoteKey !== null;
  }

  /** Finds out what is there, for the first time. Nothing waits for the local server's answer but its own parts. */
  async discover(): Promise<void> {
    void this.#localServer.find();
    await this.#readKey('key');
  }

  /**
   * Where to send a request, as it is at this moment.
   *
   * @throws UnauthorizedError without a key, UnreachableError without a local server, InvalidServerAddressError
   */
  async endpoint(id: ServerId): Promise<Endpoint> {
    if (id === 'remote') {
      const address = config.server();
      const key = await this.#credentials.get(address.origin);
      if (key === null)
        throw new UnauthorizedError(vscode.l10n.t('There is no key for {0}. Use Set API Key.', address.host), null);
      return endpointOf(this.#localServer.directory, address, key);
    }
    const running = await this.#localServer.find();
    if (running === null) {
      const absent = () =>
        new UnreachableError(vscode.l10n.t('The local server is not running. Use Start Local Server.'));
      throw this.#localServer.problem ?? absent();
    }
    return running.endpoint;
  }

  /** A server's name, for people. */
  label(id: ServerId): string {
    return id === 'local' ? vscode.l10n.t('Local Server') : 'FineTune Lab';
  }

  /** Host and port, for people; empty when unknown. */
  host(id: ServerId): string {
    if (id === 'local') return this.#localServer.running?.endpoint.address.host ?? '';
    const origin = this.remoteOrigin();
    return origin === null ? '' : new URL(origin).host;
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#changes.dispose();
  }

  async #readKey(change: ServerChange): Promise<void> {
    const origin = this.remoteOrigin();
    this.#remoteKey = origin === null ? null : await this.#credentials.get(origin);
    this.#changes.fire({ server: 'remote', change });
  }

  /** With `serverUrl` set to the local server and a key for it, it is one server and shown once. */
  #localIsRemote(): boolean {
    return this.#remoteKey !== null && this.#localServer.running?.endpoint.address.origin === this.remoteOrigin();
  }
}
