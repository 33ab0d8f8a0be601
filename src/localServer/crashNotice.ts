import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { RedactingLog } from '../log.ts';
import type { LocalServer } from './localServer.ts';

/** What the server said last is kept in the log up to so many characters. */
const lastWords = 2000;

/**
 * Says once, when the local server ended though nobody stopped it, what that means, and offers to start it again. Of
 * several windows the one that the user looks at says it.
 */
export function offerRestart(localServer: LocalServer, log: RedactingLog): vscode.Disposable {
  let untold = false;
  const tell = async (): Promise<void> => {
    if (!untold || !vscode.window.state.focused) return;
    untold = false;
    const restart = vscode.l10n.t('Restart');
    const showLog = vscode.l10n.t('Show Log');
    const picked = await vscode.window.showWarningMessage(
      [
        vscode.l10n.t(
          'The local predictions server ended unexpectedly. Everything that it accepted is stored; scripts cannot send until it runs again.',
        ),
        localServer.problem?.message,
      ]
        .filter((text) => text !== undefined)
        .join(' '),
      restart,
      showLog,
    );
    if (picked === restart) await vscode.commands.executeCommand('trainingPredictions.startLocalServer');
    if (picked === showLog) await showServerLog(localServer);
  };
  return vscode.Disposable.from(
    localServer.onDidCrash(() => {
      untold = true;
      void logLastWords(localServer, log);
      void tell();
    }),
    // Another window may have started it again by now.
    localServer.onDidChange(() => {
      if (localServer.running !== null) untold = false;
    }),
    vscode.window.onDidChangeWindowState(() => void tell()),
  );
}

/** Opens what the server said. */
async function showServerLog({ logFile }: LocalServer): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(logFile), { preview: true });
}

async function logLastWords({ logFile }: LocalServer, log: RedactingLog): Promise<void> {
  try {
    const text = await readFile(logFile, 'utf8');
    log.warn('The local server ended unexpectedly. It said last:');
    for (const line of text.slice(-lastWords).trimEnd().split('\n')) log.warn(line);
  } catch (error) {
    log.warn(`The local server ended unexpectedly. Its log cannot be read: ${String(error)}`);
  }
}
