import { hostname } from 'node:os';
import * as vscode from 'vscode';

const prefix = 'trainingPredictions.key:';
/** Of this machine: VS Code's secrets are those of the person, on whatever machine a window works. */
const databaseName = `trainingPredictions.database:${hostname()}`;

/** What is secret, in VS Code's SecretStorage, which nothing else touches: keys, one a server origin, and the database. */
export class Credentials implements vscode.Disposable {
  readonly #secrets: vscode.SecretStorage;
  readonly #changes = new vscode.EventEmitter<string>();
  /** Fires with the origin whose key changed, in this window or another. */
  readonly onDidChange = this.#changes.event;
  readonly #subscription: vscode.Disposable;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
    this.#subscription = secrets.onDidChange(({ key }) => {
      if (key.startsWith(prefix)) this.#changes.fire(key.slice(prefix.length));
    });
  }

  async get(origin: string): Promise<string | null> {
    return (await this.#secrets.get(prefix + origin)) ?? null;
  }

  async set(origin: string, key: string): Promise<void> {
    await this.#secrets.store(prefix + origin, key);
  }

  async clear(origin: string): Promise<void> {
    await this.#secrets.delete(prefix + origin);
  }

  /** Address of the local server's PostgreSQL database, with its password; null for none. */
  async database(): Promise<string | null> {
    return (await this.#secrets.get(databaseName)) ?? null;
  }

  async setDatabase(url: string | null): Promise<void> {
    await (url === null ? this.#secrets.delete(databaseName) : this.#secrets.store(databaseName, url));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
  }
}

/**
 * Why a text cannot be a key, or null when it can. A header takes printable ASCII alone, and fetch's own error would
 * repeat the text.
 */
export function keyProblem(text: string): string | null {
  if (text === '') return 'Paste an API key (wak_…) or a session token.';
  if (!/^[\x21-\x7e]+$/.test(text)) return 'A key has no spaces, line breaks or special characters.';
  return null;
}
