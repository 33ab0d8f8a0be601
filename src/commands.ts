import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { jobArgument } from './commandArguments.ts';
import { config, section } from './config.ts';
import type { Credentials } from './credentials.ts';
import type { RunningServer } from './localServer/discovery.ts';
import type { LocalServer } from './localServer/localServer.ts';
import type { RedactingLog } from './log.ts';
import type { DiffDocuments } from './panel/diffDocuments.ts';
import { pickDiff } from './panel/diffPicker.ts';
import { exportPredictions } from './panel/exportPredictions.ts';
import type { Panels } from './panel/panels.ts';
import { withoutLinks } from './plainText.ts';
import { redact } from './redact.ts';
import { activeSampleRun, createSampleJob, replayInto } from './sample/sampleRun.ts';
import type { ServerId, Servers } from './servers.ts';
import { pickConnectionCommand } from './views/connectionMenu.ts';
import { pickJob } from './views/jobPicker.ts';
import { promptForKey } from './views/keyPrompt.ts';
import type { JobReference, Watch, Watches } from './watch/watches.ts';

export interface CommandContext {
  extension: vscode.Uri;
  credentials: Credentials;
  servers: Servers;
  localServer: LocalServer;
  watches: Watches<ServerId>;
  panels: Panels;
  documents: DiffDocuments;
  log: RedactingLog;
}

/** Registers every command of the extension. A failure is told once, with its cause in the log. */
export function registerCommands(context: CommandContext): vscode.Disposable {
  const { servers, localServer, watches, panels, log } = context;

  const commands: Record<string, (argument?: unknown) => unknown> = {
    watch: async (argument) => {
      const job = (await findJob(context, argument)) ?? (await pickPresentJob(context));
      if (job !== undefined) panels.open(job);
    },
    stopWatching: (argument) => {
      const watch = watchOf(context, argument);
      if (watch === undefined) return;
      panels.close(watch);
      watches.end(watch);
    },
    pause: (argument) => watchOf(context, argument)?.session.dispatch({ type: 'pause' }),
    resume: (argument) => watchOf(context, argument)?.session.dispatch({ type: 'resume' }),
    reconnect: (argument) => watchOf(context, argument)?.session.dispatch({ type: 'reconnect' }),
    setApiKey: async () => {
      const address = config.server();
      if (!(await promptForKey(context.credentials, address))) return;
      void vscode.window.showInformationMessage(`The key for ${address.host} works and is stored.`);
    },
    clearApiKey: async () => {
      const address = config.server();
      await context.credentials.clear(address.origin);
      void vscode.window.showInformationMessage(`The key for ${address.host} is cleared.`);
    },
    refreshJobs: async () => {
      await localServer.find();
      const present = presentServers(servers);
      await Promise.all(present.map((server) => watches.listing(server).refresh()));
    },
    startLocalServer: async () => {
      const { endpoint } = await startWithProgress(localServer);
      void vscode.window.showInformationMessage(`The local server runs at ${endpoint.address.baseUrl}.`);
    },
    stopLocalServer: async () => {
      await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: 'Stopping the local server…' },
        () => localServer.stop(),
      );
    },
    openSampleRun: () => openSampleRun(context),
    copyLoggingSnippet: async () => {
      const snippet = vscode.Uri.joinPath(context.extension, 'media', 'log_predictions.py').fsPath;
      await vscode.env.clipboard.writeText(await readFile(snippet, 'utf8'));
      void vscode.window.showInformationMessage(
        'The Python snippet is on the clipboard. Paste it into your training script.',
      );
    },
    exportPredictions: async (argument) => {
      const watch = watchOf(context, argument);
      if (watch === undefined) return;
      const { store } = watch.session;
      await exportPredictions({
        jobId: watch.jobId,
        all: () => store.page(null, 0, store.size).reverse(),
        shown: () => panels.get(watch)?.shownRows() ?? null,
      });
    },
    openDiff: async (argument) => {
      const watch = watchOf(context, argument);
      if (watch === undefined) return;
      const sides = await pickDiff(watch.session.store);
      if (sides !== undefined) await context.documents.open(watch, sides.left, sides.right);
    },
    showLog: () => log.show(),
    showConnectionMenu: async () => {
      const { active } = watches;
      if (active === undefined) return;
      const command = await pickConnectionCommand(active, watches);
      if (command !== undefined) await vscode.commands.executeCommand(`${section}.${command}`, referenceTo(active));
    },
  };

  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, run]) =>
      vscode.commands.registerCommand(`${section}.${name}`, async (argument?: unknown) => {
        try {
          await run(argument);
        } catch (error) {
          if (error instanceof vscode.CancellationError) return;
          log.error(name, error);
          // Whoever ran the command does not wait until the message is read.
          void tellFailure(name, error);
        }
      }),
    ),
  );
}

/** What a command's caller needs of a watch, in the form that commands take. */
export function referenceTo({ server, jobId }: Watch<ServerId>): JobReference<ServerId> {
  return { server, jobId };
}

async function tellFailure(command: string, error: unknown): Promise<void> {
  const message = withoutLinks(redact(error instanceof Error ? error.message : String(error)));
  const again = command === 'setApiKey' ? ['Try Again'] : [];
  const picked = await vscode.window.showErrorMessage(message, ...again, 'Show Log');
  if (picked === 'Try Again') await vscode.commands.executeCommand(`${section}.${command}`);
  if (picked === 'Show Log') await vscode.commands.executeCommand(`${section}.showLog`);
}

function presentServers(servers: Servers): ServerId[] {
  return (['remote', 'local'] as const).filter((server) => servers.isPresent(server));
}

function watchOf({ watches }: CommandContext, argument: unknown): Watch<ServerId> | undefined {
  const job = jobArgument(argument);
  if (job === null) return watches.active;
  if ('server' in job) return watches.get(job);
  return watches.all.find(({ jobId }) => jobId === job.jobId);
}

/** A job id alone may be on either server: the one that lists it, else the first that is there. */
async function findJob(
  { servers, watches, localServer }: CommandContext,
  argument: unknown,
): Promise<JobReference<ServerId> | undefined> {
  const job = jobArgument(argument);
  if (job === null) return undefined;
  if ('server' in job) return job;
  await localServer.find();
  const present = presentServers(servers);
  await Promise.all(present.map((server) => watches.listing(server).refresh()));
  const server = present.find((id) => watches.listing(id).get(job.jobId) !== undefined) ?? present[0] ?? 'remote';
  return { server, jobId: job.jobId };
}

async function pickPresentJob(context: CommandContext): Promise<JobReference<ServerId> | undefined> {
  await context.localServer.find();
  const present = presentServers(context.servers);
  if (present.length > 0) return pickJob(context.servers, context.watches, present);
  const actions = {
    'Open Sample Run': 'openSampleRun',
    'Start Local Server': 'startLocalServer',
    'Set API Key': 'setApiKey',
  };
  const picked = await vscode.window.showInformationMessage(
    'There is no server to watch yet: set an API key for FineTune Lab, or use the local server, which needs no account.',
    ...(Object.keys(actions) as (keyof typeof actions)[]),
  );
  if (picked !== undefined) await vscode.commands.executeCommand(`${section}.${actions[picked]}`);
  return undefined;
}

async function startWithProgress(localServer: LocalServer): Promise<RunningServer> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Starting the local server…', cancellable: true },
    (_progress, cancellation) => {
      const aborted = new AbortController();
      cancellation.onCancellationRequested(() => aborted.abort(new vscode.CancellationError()));
      return localServer.start(aborted.signal);
    },
  );
}

async function openSampleRun({ localServer, watches, panels, extension }: CommandContext): Promise<void> {
  const server = await startWithProgress(localServer);
  const listing = watches.listing('local');
  await listing.refresh();
  const now = new Date();
  const running = activeSampleRun(listing.jobs, now);
  const jobId = running?.id ?? (await createSampleJob(server, now));
  const { watch } = panels.open({ server: 'local', jobId });
  if (running === undefined) await replayInto(jobId, server, watch.session, extension);
  await listing.refresh();
}
