import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { newKey, recordOf } from './access/keys.ts';
import { choiceFlag, usageError } from './flags.ts';
import { type DatabaseChoice, openKeys } from './openStorage.ts';
import { replaceKey } from './replaceKey.ts';
import { exitCodes, StartError } from './reporting/errors.ts';
import { keyScopes } from './storage/keyStore.ts';
import { databaseVariable } from './storage/postgres/address.ts';
import { makeDirectory } from './upkeep/dataDirectory.ts';

/** What `training-predictions-server keys …` was asked to do. */
export type KeysCommand =
  | { readonly action: 'create'; readonly user: string; readonly scopes: readonly (typeof keyScopes)[number][] }
  | { readonly action: 'list'; readonly user: string | undefined }
  | { readonly action: 'revoke'; readonly id: string; readonly user: string | undefined }
  | { readonly action: 'replace' };

export const keysUsage = `Usage: training-predictions-server keys create --user NAME [--scope SCOPE]… [--data-dir DIR]
       training-predictions-server keys list [--user NAME] [--data-dir DIR]
       training-predictions-server keys revoke KEY-ID [--user NAME] [--data-dir DIR]
       training-predictions-server keys replace [--data-dir DIR]

Keys for the people of a team: each sees the jobs that were made with a key of the same user. A key is shown once, when
it is made; only its scrypt hash is kept. A running server follows within seconds.

"replace" is for when the server's own key may have been taken: it makes a new one in DIR/api-key, and all job tokens
are others from then on. A running server refuses the old ones within seconds; VS Code and new scripts follow by
themselves, scripts that still run save their job again.

  --user NAME      whose key it is: letters, digits and . _ - @
  --scope SCOPE    ${keyScopes.join(', ')}; may be given again (training)
  --data-dir DIR   the server's data directory (~/.training-predictions)

  ${databaseVariable}   the server's PostgreSQL database, where it has one
`;

/** @throws StartError naming what does not fit */
export function parseKeysCommand(
  args: readonly string[],
): { command: KeysCommand; dataDir: string | undefined } | 'help' {
  const { values, positionals } = parseFlags(args);
  if (values.help) return 'help';
  const [action, id, ...more] = positionals;
  const user = values.user === undefined ? undefined : userName(values.user);
  const dataDir = values['data-dir'];
  if (more.length > 0 || (id !== undefined && action !== 'revoke')) throw wrong(`"${more[0] ?? id}" is too much`);
  if (values.scope !== undefined && action !== 'create') throw wrong('--scope: only for a new key');
  if (action === 'replace') {
    if (user !== undefined) throw wrong('--user: "keys replace" is for the key of the server itself');
    return { command: { action }, dataDir };
  }
  if (action === 'list') return { command: { action, user }, dataDir };
  if (action === 'revoke') {
    if (id === undefined) throw wrong('keys revoke: which one? "keys list" tells their ids');
    return { command: { action, id, user }, dataDir };
  }
  if (action !== 'create') throw wrong('keys: expected create, list, revoke or replace');
  if (user === undefined) throw wrong('keys create: --user is missing');
  const scopes = (values.scope ?? ['training']).map((scope) => choiceFlag('--scope', scope, keyScopes));
  return { command: { action, user, scopes: [...new Set(scopes)] }, dataDir };
}

/**
 * @param isKeyFixed whether the server's own key is the environment's
 * @param say writes to the person at the terminal, and `print` to standard output
 * @throws StartError
 */
export async function runKeysCommand(
  command: KeysCommand,
  { choice, isKeyFixed }: { choice: DatabaseChoice; isKeyFixed: boolean },
  { print, say }: { print: (text: string) => void; say: (message: string) => void },
): Promise<void> {
  makeDirectory(dirname(choice.file));
  if (command.action === 'replace') {
    await replaceKey({ choice, isKeyFixed }, say);
    return;
  }
  const { keys, close } = await openKeys(choice, say);
  try {
    if (command.action === 'create') {
      const key = newKey();
      await keys.add(await recordOf(key, command.user, command.scopes));
      say(`A key for ${command.user} (${command.scopes.join(', ')}). It is not shown again:`);
      print(`${key}\n`);
      return;
    }
    const known = (await keys.list()).filter(({ userId }) => command.user === undefined || userId === command.user);
    if (command.action === 'list') {
      for (const { id, userId, scopes, createdAt, revokedAt } of known) {
        const state = revokedAt === null ? 'good' : `revoked ${revokedAt}`;
        print(`${[id, userId, scopes.join(','), createdAt, state].join('\t')}\n`);
      }
      return;
    }
    const key = known.find(({ id }) => id === command.id || command.id.startsWith(id));
    if (key === undefined || !(await keys.revoke(key.id, new Date().toISOString()))) {
      throw new StartError('There is no such key that is good: "keys list" tells their ids', exitCodes.failure);
    }
    say(`Revoked ${key.id} of ${key.userId}; a running server refuses it within seconds.`);
  } finally {
    await close();
  }
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        user: { type: 'string' },
        scope: { type: 'string', multiple: true },
        'data-dir': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw wrong((error as Error).message, error);
  }
}

function userName(text: string): string {
  if (/^[\w.@-]{1,64}$/.test(text)) return text;
  throw wrong('--user: expected at most 64 letters, digits and . _ - @');
}

function wrong(message: string, cause?: unknown): StartError {
  return usageError(message, cause);
}
