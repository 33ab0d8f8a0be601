import * as vscode from 'vscode';
import type { Endpoint } from '../api/request.ts';
import { config } from '../config.ts';
import type { RunningServer } from '../localServer/discovery.ts';
import type { LocalServer } from '../localServer/localServer.ts';
import { activeSampleRun, createSampleJob, isSampleRunName, replayInto, type SampleRun } from '../sample/sampleRun.ts';
import type { CommandContext, Commands } from './context.ts';

/** The commands about the local server, and the sample run that needs it. */
export function serverCommands(context: CommandContext): Commands {
  const { localServer } = context;
  return {
    startLocalServer: async () => {
      const { endpoint } = await startWithProgress(localServer);
      void vscode.window.showInformationMessage(
        vscode.l10n.t('The local server runs at {0}.', endpoint.address.baseUrl) + otherPort(endpoint),
      );
    },
    stopLocalServer: async () => {
      await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Stopping the local server…') },
        () => localServer.stop(),
      );
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
      const run = isSampleRunName(name) ? name : await pickSampleRun();
      if (run !== undefined) await openSampleRun(context, run);
    },
  };
}

/** A running server keeps its database until it is started again. */
async function setDatabase({ credentials, localServer }: CommandContext): Promise<void> {
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
      if (picked !== restart) return;
      await vscode.commands.executeCommand('trainingPredictions.stopLocalServer');
      await vscode.commands.executeCommand('trainingPredictions.startLocalServer');
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

async function pickSampleRun(): Promise<SampleRun | undefined> {
  const choices: (vscode.QuickPickItem & { run: SampleRun })[] = [
    {
      run: 'supervised',
      label: vscode.l10n.t('A supervised run'),
      detail: vscode.l10n.t(
        'A small model learns in 30 epochs to write orders as JSON: one answer a prompt, error rates.',
      ),
    },
    {
      run: 'rl',
      label: vscode.l10n.t('An RL run'),
      detail: vscode.l10n.t(
        'A tiny model learns by reward to add, in one epoch: four completions a prompt, reasoning, a resume.',
      ),
    },
  ];
  const picked = await vscode.window.showQuickPick(choices, {
    title: vscode.l10n.t('Open Sample Run'),
    placeHolder: vscode.l10n.t('Which recorded run to see'),
  });
  return picked?.run;
}

async function openSampleRun(
  { localServer, watches, panels, extension }: CommandContext,
  run: SampleRun,
): Promise<void> {
  const server = await startWithProgress(localServer);
  const listing = watches.listing('local');
  await listing.refresh();
  const now = new Date();
  const running = activeSampleRun(run, listing.jobs, now);
  const jobId = running?.id ?? (await createSampleJob(run, server, now));
  const { watch } = await panels.open({ server: 'local', jobId });
  if (running === undefined) await replayInto(jobId, run, watch.session, extension);
  await listing.refresh();
}
