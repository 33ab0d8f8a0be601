import * as vscode from 'vscode';
import { ApiClient } from '../api/client.ts';
import type { Endpoint } from '../api/request.ts';
import { config } from '../config.ts';
import type { RunningServer } from '../localServer/discovery.ts';
import type { LocalServer } from '../localServer/localServer.ts';
import { activeSampleRun, createSampleJob, isSampleRunName, replayInto, type SampleRun } from '../sample/sampleRun.ts';
import { isActive } from '../wire/job.ts';
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
      const run = isSampleRunName(name) ? name : await pickSampleRun();
      if (run !== undefined) await openSampleRun(context, run);
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
  const needs = await needsOfServer(context);
  if (needs.length > 0 && !(await agreesToStop(needs))) return false;
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Stopping the local server…') },
    () => localServer.stop(),
  );
  return true;
}

/** Who is cut off when the server stops, a sentence each. */
async function needsOfServer({ localServer, watches }: CommandContext): Promise<string[]> {
  const running = await localServer.find();
  if (running === null) return [];
  const listing = watches.listing('local');
  const [streams] = await Promise.all([
    // A server of another version may not say; what this window reads is known all the same.
    new ApiClient(running.endpoint).openStreams().catch(() => null),
    listing.refresh(),
  ]);
  const active = listing.jobs.filter(({ status, _stale }) => isActive(status) && _stale !== true).length;
  const here = watches.all.filter(({ server, session }) => server === 'local' && session.connection.name === 'live');
  const read = Math.max(streams ?? 0, here.length);
  const needs: string[] = [];
  if (active === 1) needs.push(vscode.l10n.t('1 run is active: what its script sends is refused until it runs again.'));
  if (active > 1)
    needs.push(vscode.l10n.t('{0} runs are active: what their scripts send is refused until it runs again.', active));
  if (read === 1) needs.push(vscode.l10n.t('1 run is being watched live.'));
  if (read > 1) needs.push(vscode.l10n.t('{0} runs are being watched live, in this window or in others.', read));
  return needs;
}

async function agreesToStop(needs: readonly string[]): Promise<boolean> {
  const agreed = vscode.l10n.t('Stop');
  const detail = needs.join('\n');
  try {
    const question = vscode.l10n.t('Stop the local server?');
    return (await vscode.window.showWarningMessage(question, { modal: true, detail }, agreed)) === agreed;
  } catch {
    // A VS Code that runs tests shows no dialogs: there a program gave the command, and means it.
    return true;
  }
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
