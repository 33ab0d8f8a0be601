import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DatabaseChoice, replaceSharedSecret } from './openStorage.ts';
import { StartError } from './reporting/errors.ts';
import { dataFiles, readSecretAsItIs, replaceApiKey, replaceTokenSecret } from './upkeep/dataDirectory.ts';
import { runningServer } from './upkeep/owner.ts';

export interface Replacement {
  readonly choice: DatabaseChoice;
  /** Whether the server's key is this process's environment's. */
  readonly isKeyFixed: boolean;
}

/**
 * Replaces what whoever took the key of a data directory has: the key, and the secret of all job tokens. A running
 * server follows by itself. The key is told nowhere but in its file.
 *
 * @throws StartError, also when the key is not the data directory's to replace
 */
export async function replaceKey({ choice, isKeyFixed }: Replacement, say: (message: string) => void): Promise<void> {
  const files = dataFiles(dirname(choice.file));
  const isRunningKeyFixed = await runsWithAnotherKey(files);
  // First the tokens: a new key tells that all is done.
  await replaceSharedSecret(choice, replaceTokenSecret(files.tokenSecret), say);
  say('All job tokens are replaced: scripts that still run have to save their job again, for its new token.');
  if (isKeyFixed || isRunningKeyFixed) {
    throw new StartError(
      'The API key is that of TRAINING_PREDICTIONS_API_KEY, so it is not replaced: change it there, and start the server anew.',
    );
  }
  replaceApiKey(files.apiKey);
  say(`The API key is replaced; it is in ${files.apiKey}. A running server refuses the old one within seconds.`);
}

/** Whether a server runs whose key is not the directory's, and does not become it: a new one is followed within seconds. */
async function runsWithAnotherKey(files: ReturnType<typeof dataFiles>): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const running = await runningServer(files.server);
    if (running === undefined || running.apiKey === readSecretAsItIs(files.apiKey)) return false;
    await sleep(250);
  }
  return true;
}
