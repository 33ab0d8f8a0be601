import * as vscode from 'vscode';
import type { Endpoint } from '../api/request.ts';
import { config } from '../config.ts';
import type { RunningServer } from '../localServer/discovery.ts';
import type { LocalServer } from '../localServer/localServer.ts';
import type { CommandContext, Commands } from './context.ts';

/** The commands about the local server, and the sample run that needs it. */
export function serverCommands(context: CommandContext): Commands {
  const { localServer } = context;
  return {
    startLocalServer: () => start(localServer),
    stopLocalServer: async () => {
      await stop(context);
    },
    setDatabase: () => setDatabase(context),
    openServerTerminal: async () => {
      const { openServerTerminal } = await import('../localServer/serverTerminal.ts');
      await openServerTerminal({
        folder: vscode.Uri.joinPath(context.storage, 'bin').fsPath,
        program: localServer.program,
        dataDirectory: localServer.directory,
        databaseUrl: await context.credentials.database(),
      });
    },
    openSampleRun: async (name?: unknown) => {
      const { openSampleRun } = await import('./openSampleRun.ts');
      await openSampleRun(context, name, () => startWithProgress(localServer));
    },
  };
}

/** Whoever starts it, or finds that it runs, is told where, and what comes next. */
async function start(localServer: LocalServer): Promise<void> {
  const ran = (await localServer.find()) !== null;
  const { endpoint } = await startWithProgress(localServer);
  const { baseUrl } = endpoint.address;
  const told = ran
    ? vscode.l10n.t('The local server runs at {0} already.', baseUrl)
    : vscode.l10n.t('The local server runs at {0}.', baseUrl) + otherPort(endpoint);
  const next = [
    { title: vscode.l10n.t('Copy Logging Snippet'), command: 'copyLoggingSnippet' },
    { title: vscode.l10n.t('Watch'), command: 'watch' },
    { title: vscode.l10n.t('Open Sample Run'), command: 'openSampleRun' },
  ];
  const hint = vscode.l10n.t('Next: send predictions from your script, or watch a run.');
  // Whoever ran the command does not wait until the message is read.
  void vscode.window.showInformationMessage(`${told} ${hint}`, ...next).then(async (picked) => {
    if (picked !== undefined) await vscode.commands.executeCommand(`trainingPredictions.${picked.command}`);
  });
}

/** Asks first where somebody needs the server. @returns whether it was stopped */
async function stop(context: CommandContext): Promise<boolean> {
  const { localServer } = context;
  const { mayStop } = await import('./stopQuestion.ts');
  if (!(await mayStop(context))) return false;
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Stopping the local server…') },
    () => localServer.stop(),
  );
  return true;
}

/** A running server keeps its database until it is started again. */
async function setDatabase(context: CommandContext): Promise<void> {
  const { credentials, localServer } = context;
  const { promptForDatabase } = await import('../localServer/databasePrompt.ts');
  if (!(await promptForDatabase(credentials, localServer.program))) return;
  const name = (await credentials.database()) === null ? 'SQLite' : 'PostgreSQL';
  if ((await localServer.find()) === null) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The local server will store in {0} when it is started.', name),
    );
    return;
  }
  const restart = vscode.l10n.t('Restart');
  // Whoever ran the command does not wait until the message is read.
  void vscode.window
    .showInformationMessage(
      vscode.l10n.t('The local server will store in {0} when it is started again.', name),
      restart,
    )
    .then(async (picked) => {
      if (picked === restart && (await stop(context))) await start(localServer);
    });
}

/** Says so when the server does not have the port that the settings name. */
function otherPort({ address }: Endpoint): string {
  const wanted = config.localServerPort();
  const { port } = new URL(address.origin);
  if (wanted === 0 || Number(port) === wanted) return '';
  return ` ${vscode.l10n.t('Port {0} was taken, so it has the next free one; terminals and the logging snippet know it.', wanted)}`;
}

/** The running server, or a new one; the user sees that it takes a moment, and may cancel. */
export async function startWithProgress(localServer: LocalServer): Promise<RunningServer> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Starting the local server…'),
      cancellable: true,
    },
    (_progress, cancellation) => {
      const aborted = new AbortController();
      cancellation.onCancellationRequested(() => aborted.abort(new vscode.CancellationError()));
      return localServer.start(aborted.signal);
    },
  );
}
