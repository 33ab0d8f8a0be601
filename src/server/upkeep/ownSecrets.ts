import type { Auth } from '../access/auth.ts';
import type { JobTokens } from '../access/jobTokens.ts';
import type { Log } from '../reporting/log.ts';
import type { Storage } from '../storage/storage.ts';
import { type dataFiles, readSecretAsItIs } from './dataDirectory.ts';

/** How often a server looks whether its key or the secret of job tokens was replaced, in ms. */
const interval = 1000;

/** What a server's own key and its job tokens stand and fall with. */
export interface OwnSecrets {
  readonly apiKey: string;
  readonly tokenSecret: Buffer;
}

export interface OwnSecretsOptions {
  /** From the environment, where only a restart changes it. */
  readonly fixedKey: string | undefined;
  readonly files: ReturnType<typeof dataFiles>;
  readonly storage: Storage;
  readonly auth: Auth;
  readonly tokens: JobTokens;
  readonly log: Log;
  /** Tells others of the new ones; requests with the old ones are refused once it returned, or threw: then it is tried again. */
  readonly publish: (secrets: OwnSecrets) => void;
}

/**
 * Follows `keys replace`, which another process ran: the key of the data directory, and the secret of job tokens, which
 * in PostgreSQL is that of all servers on the database.
 *
 * @returns the way to stop
 */
export function followOwnSecrets(first: OwnSecrets, options: OwnSecretsOptions): () => void {
  const { fixedKey, files, storage, auth, tokens, log, publish } = options;
  let current = first;
  let asking = false;
  let ended = false;
  let isHeard = true;
  const look = async (): Promise<void> => {
    const secret = readSecretAsItIs(files.tokenSecret);
    const proposed = secret === undefined ? current.tokenSecret : Buffer.from(secret);
    const tokenSecret = await storage.sharedSecret(proposed);
    const apiKey = fixedKey ?? readSecretAsItIs(files.apiKey) ?? current.apiKey;
    if (!ended && (apiKey !== current.apiKey || !tokenSecret.equals(current.tokenSecret))) {
      try {
        publish({ apiKey, tokenSecret });
      } finally {
        // Also where nobody can be told: whoever has the old ones may be the reason.
        auth.replaceKey(apiKey);
        tokens.replaceSecret(tokenSecret);
      }
      current = { apiKey, tokenSecret };
      log.warn('the API key or the secret of job tokens was replaced: the old ones are refused from now on');
    }
    isHeard = true;
  };
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    void look()
      .catch((error: unknown) => {
        // A database that is away, or a disk that is full, for long is said once.
        if (isHeard) log.warn({ err: error }, 'It could not be asked, or not be told, whether the key was replaced');
        isHeard = false;
      })
      .finally(() => {
        asking = false;
      });
  }, interval);
  return () => {
    ended = true;
    clearInterval(timer);
  };
}
