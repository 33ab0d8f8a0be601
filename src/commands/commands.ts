import * as vscode from 'vscode';
import { config, section } from '../config.ts';
import { allRows } from '../panel/export/exportRows.ts';
import { plainMessage } from '../plainText.ts';
import { redact } from '../redact.ts';
import type { ServerId } from '../servers.ts';
import type { JobReference, Watch } from '../watch/watches.ts';
import { isTreeKey } from './commandArguments.ts';
import { type CommandContext, type Commands, chosenOf, findJob, presentServers, watchOf } from './context.ts';

/** Registers every command of the extension. A failure is told once, with its cause in the log. */
export function registerCommands(context: CommandContext): vscode.Disposable {
  const { servers, localServer, watches, panels, log } = context;

  const commands: Commands = {
    ...later(['startLocalServer', 'stopLocalServer', 'setDatabase', 'openServerTerminal', 'openSampleRun'], async () =>
      (await import('./localServer.ts')).serverCommands(context),
    ),
    ...later(['deleteJob', 'copyJobId', 'importPredictions'], async () =>
      (await import('./jobs.ts')).jobCommands(context),
    ),
    ...later(['followOutput', 'stopFollowing'], async () => (await import('./following.ts')).followCommands(context)),
    ...later(['copyLoggingSnippet'], async () => (await import('./copySnippet.ts')).snippetCommands(context)),
    watch: async (argument, how) => {
      const several = chosenOf(context, argument, how);
      for (const one of several) await panels.open(one);
      if (several.length > 0) return;
      const job = (await findJob(context, argument)) ?? (await pickPresentJob(context));
      if (job !== undefined) await (how === 'look' ? panels.look(job) : panels.open(job));
    },
    keepOpen: async (argument) => {
      if (isTreeKey(argument)) {
        // VS Code alone knows what has the keyboard's focus in the tree: it runs the command of that item.
        panels.keepNext();
        await vscode.commands.executeCommand('list.select');
        return;
      }
      const watch = watchOf(context, argument);
      if (watch !== undefined) await panels.open(watch);
    },
    stopWatching: (argument, chosen) => {
      const several = chosenOf(context, argument, chosen).map((job) => watches.get(job));
      for (const watch of several.length > 0 ? several : [watchOf(context, argument)]) {
        if (watch === undefined) continue;
        panels.close(watch);
        watches.end(watch);
      }
    },
    pause: (argument) => watchOf(context, argument)?.session.dispatch({ type: 'pause' }),
    resume: (argument) => watchOf(context, argument)?.session.dispatch({ type: 'resume' }),
    reconnect: (argument) => watchOf(context, argument)?.session.dispatch({ type: 'reconnect' }),
    setApiKey: async () => {
      const address = config.server();
      const { promptForKey } = await import('../views/keyPrompt.ts');
      if (!(await promptForKey(context.credentials, address, context.localServer.directory))) return;
      void vscode.window.showInformationMessage(vscode.l10n.t('The key for {0} works and is stored.', address.host));
    },
    clearApiKey: async () => {
      const address = config.server();
      await context.credentials.clear(address.origin);
      void vscode.window.showInformationMessage(vscode.l10n.t('The key for {0} is cleared.', address.host));
    },
    refreshJobs: async () => {
      await localServer.find();
      const present = presentServers(servers);
      void context.following.parts?.runs.refresh();
      await Promise.all(present.map((server) => watches.listing(server).refresh()));
    },
    showTrends: async (argument) => {
      const watch = watchOf(context, argument);
      const job = watch ?? (await findJob(context, argument)) ?? (await pickPresentJob(context));
      if (job !== undefined) (await panels.open(job)).showTab('trends');
    },
    exportPredictions: async (argument) => {
      const watch = watchOf(context, argument);
      if (watch === undefined) return;
      const { exportPredictions } = await import('../panel/export/exportPredictions.ts');
      const { store } = watch.session;
      await exportPredictions({
        jobId: watch.jobId,
        all: () => allRows(store),
        shown: () => panels.get(watch)?.shownRows() ?? null,
      });
    },
    openDiff: async (argument) => {
      const watch = watchOf(context, argument);
      if (watch === undefined) return;
      const { pickDiff } = await import('../panel/differences/diffPicker.ts');
      const sides = await pickDiff(watch.session.store);
      if (sides !== undefined) await context.documents.open(watch, sides.left, sides.right);
    },
    showLog: () => log.show(),
    showConnectionMenu: async () => {
      const { active } = watches;
      if (active === undefined) return;
      const { pickConnectionCommand } = await import('../views/connectionMenu.ts');
      const command = await pickConnectionCommand(active, watches);
      if (command !== undefined) await vscode.commands.executeCommand(`${section}.${command}`, referenceTo(active));
    },
  };

  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, run]) =>
      vscode.commands.registerCommand(`${section}.${name}`, async (...args: unknown[]) => {
        try {
          await run(...args);
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

/** Commands that are loaded together when one of them is used first. */
function later(names: readonly string[], load: () => Promise<Commands>): Commands {
  let loading: Promise<Commands> | undefined;
  return Object.fromEntries(
    names.map((name) => [
      name,
      async (...args: unknown[]) => {
        loading ??= load();
        await (await loading)[name]?.(...args);
      },
    ]),
  );
}

/** What a command's caller needs of a watch, in the form that commands take. */
export function referenceTo({ server, jobId }: Watch<ServerId>): JobReference<ServerId> {
  return { server, jobId };
}

async function tellFailure(command: string, error: unknown): Promise<void> {
  const message = plainMessage(redact(error instanceof Error ? error.message : String(error)));
  const again = vscode.l10n.t('Try Again');
  const showLog = vscode.l10n.t('Show Log');
  const actions = command === 'setApiKey' || command === 'setDatabase' ? [again, showLog] : [showLog];
  const picked = await vscode.window.showErrorMessage(message, ...actions);
  if (picked === again) await vscode.commands.executeCommand(`${section}.${command}`);
  if (picked === showLog) await vscode.commands.executeCommand(`${section}.showLog`);
}

async function pickPresentJob(context: CommandContext): Promise<JobReference<ServerId> | undefined> {
  await context.localServer.find();
  const present = presentServers(context.servers);
  const title = vscode.l10n.t('Watch Training Predictions');
  if (present.length > 0) {
    const { pickJob } = await import('../views/jobPicker.ts');
    return pickJob(context.servers, context.watches, present, title);
  }
  const actions = [
    { title: vscode.l10n.t('Open Sample Run'), command: 'openSampleRun' },
    { title: vscode.l10n.t('Start Local Server'), command: 'startLocalServer' },
    { title: vscode.l10n.t('Set API Key'), command: 'setApiKey' },
  ];
  const picked = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      'There is no server to watch yet: set an API key for FineTune Lab, or use the local server, which needs no account.',
    ),
    ...actions,
  );
  if (picked !== undefined) await vscode.commands.executeCommand(`${section}.${picked.command}`);
  return undefined;
}
