import * as vscode from 'vscode';
import { ApiClient } from '../api/client.ts';
import { ApiError, NotFoundError, UnauthorizedError } from '../api/errors.ts';
import type { Endpoint } from '../api/request.ts';
import type { ServerAddress } from '../api/serverAddress.ts';
import { type Credentials, keyProblem } from '../credentials.ts';
import { endpointOf } from '../localServer/discovery.ts';

/** The server refused the key or could not be asked. */
export class KeyNotStoredError extends Error {
  override readonly name = 'KeyNotStoredError';
}

/**
 * Asks for the key of one server, tries it there and stores it only when the server takes it.
 *
 * @param dataDirectory the local server's: that one has to prove itself before it is sent a key
 * @returns whether a key was stored
 * @throws KeyNotStoredError
 */
export async function promptForKey(
  credentials: Credentials,
  address: ServerAddress,
  dataDirectory: string,
): Promise<boolean> {
  const entered = await vscode.window.showInputBox({
    title: vscode.l10n.t('Set API Key'),
    prompt: vscode.l10n.t(
      'API key (wak_…) or session token for {0}. It is kept in VS Code’s secret storage and sent to this server alone.',
      address.host,
    ),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? null : keyProblem(text.trim())),
  });
  const key = entered?.trim();
  if (key === undefined || key === '') return false;
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Trying the key at {0}…', address.host),
      cancellable: true,
    },
    async (_progress, cancellation) => {
      const aborted = new AbortController();
      cancellation.onCancellationRequested(() => aborted.abort(new vscode.CancellationError()));
      try {
        await tryKey(await endpointOf(dataDirectory, address, key), key, aborted.signal);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        throw new KeyNotStoredError(vscode.l10n.t('{0} The key is not stored.', error.message), { cause: error });
      }
    },
  );
  await credentials.set(address.origin, key);
  return true;
}

async function tryKey(endpoint: Endpoint, key: string, signal: AbortSignal): Promise<void> {
  const client = new ApiClient(endpoint);
  try {
    await client.checkKey(signal);
  } catch (error) {
    if (!(error instanceof UnauthorizedError) || key.startsWith('wak_')) throw error;
    // The listing is for API keys; a session token can read predictions all the same. No such job is a good answer.
    try {
      await client.epochs('key-check', signal);
    } catch (second) {
      if (!(second instanceof NotFoundError)) throw second;
    }
  }
}
