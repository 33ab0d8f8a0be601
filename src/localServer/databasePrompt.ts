import * as vscode from 'vscode';
import type { Credentials } from '../credentials.ts';
import { databaseProblem } from './databaseAddress.ts';
import { DatabaseUnusableError, tryDatabase } from './databaseTrial.ts';

/** The database refused the server or could not be reached. */
export class DatabaseNotStoredError extends Error {
  override readonly name = 'DatabaseNotStoredError';
}

/**
 * Asks for the address of a PostgreSQL database, lets a server try it, and stores it only when that works. Nothing goes
 * back to SQLite.
 *
 * @param program the bundled server
 * @returns whether the local server's database is another one now
 * @throws DatabaseNotStoredError
 */
export async function promptForDatabase(credentials: Credentials, program: string): Promise<boolean> {
  const known = await credentials.database();
  const entered = await vscode.window.showInputBox({
    title: vscode.l10n.t('Set Database'),
    prompt:
      known === null
        ? vscode.l10n.t(
            'Address of a PostgreSQL database for the local server. It is kept in VS Code’s secret storage. Empty: SQLite, as now.',
          )
        : vscode.l10n.t(
            'Address of another PostgreSQL database for the local server. It is kept in VS Code’s secret storage. Empty: back to SQLite.',
          ),
    placeHolder: 'postgresql://user:password@host:5432/database',
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => validate(text.trim()),
  });
  if (entered === undefined) return false;
  const address = entered.trim();
  if (address === (known ?? '')) return false;
  if (address !== '') {
    await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Trying the database…'),
        cancellable: true,
      },
      async (_progress, cancellation) => {
        const aborted = new AbortController();
        cancellation.onCancellationRequested(() => aborted.abort(new vscode.CancellationError()));
        try {
          await tryDatabase(address, program, aborted.signal);
        } catch (error) {
          if (!(error instanceof DatabaseUnusableError)) throw error;
          throw new DatabaseNotStoredError(vscode.l10n.t('{0} The address is not stored.', error.message));
        }
      },
    );
  }
  await credentials.setDatabase(address === '' ? null : address);
  return true;
}

function validate(text: string): string | null {
  if (text === '') return null;
  switch (databaseProblem(text)) {
    case 'spaces':
      return vscode.l10n.t('An address has no spaces. Write them as %20.');
    case 'form':
      return vscode.l10n.t('Expected an address such as postgresql://user:password@host:5432/database.');
    case null:
      return null;
  }
}
