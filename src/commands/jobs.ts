import * as vscode from 'vscode';
import { plainName } from '../plainText.ts';
import type { ServerId } from '../servers.ts';
import type { JobReference } from '../watch/watches.ts';
import { isTreeKey } from './commandArguments.ts';
import { type CommandContext, type Commands, chosenOf, findJob, presentServers } from './context.ts';
import { deleteJobs } from './deleteJobs.ts';

/** The commands that change which jobs there are. */
export function jobCommands(context: CommandContext): Commands {
  return {
    deleteJob: async (argument, chosen) => {
      const several = chosenOf(context, argument, chosen);
      if (several.length > 0) await deleteJobs(context, several);
      if (several.length > 0 || isTreeKey(argument)) return;
      const job = await askedJob(context, argument, 'Delete Job');
      if (job !== undefined) await deleteJobs(context, [job]);
    },
    copyJobId: async (argument) => {
      const job = await askedJob(context, argument, 'Copy Job ID');
      if (job !== undefined) await vscode.env.clipboard.writeText(job.jobId);
    },
    importPredictions: async (argument, chosen) => {
      const { pickTables } = await import('../import/importPredictions.ts');
      // The explorer tells the one that was clicked, and all that are chosen.
      const given = [chosen, argument, [argument]].find(areFiles);
      const files = given ?? (await pickTables());
      if (files.length > 0) await importFiles(context, files);
    },
  };
}

function areFiles(value: unknown): value is readonly vscode.Uri[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => one instanceof vscode.Uri);
}

/** The job of a tree item or reference, or the one that is picked. @param title of the picker */
async function askedJob(
  context: CommandContext,
  argument: unknown,
  title: string,
): Promise<JobReference<ServerId> | undefined> {
  const { servers, watches } = context;
  const { pickJob } = await import('../views/jobPicker.ts');
  return (await findJob(context, argument)) ?? pickJob(servers, watches, presentServers(servers), title);
}

/** More sentences than these are read in the job. */
const mostNotes = 3;

/** Imports into the local server, which is started where none runs, and offers to look at what was imported. */
async function importFiles(
  { localServer, watches, extension, log }: CommandContext,
  files: readonly vscode.Uri[],
): Promise<void> {
  const { importPredictions } = await import('../import/importPredictions.ts');
  const worker = vscode.Uri.joinPath(extension, 'dist', 'importWorker.cjs').fsPath;
  const endpoint = async (signal: AbortSignal) => (await localServer.start(signal)).endpoint;
  const imported = await importPredictions(files, endpoint, worker);
  if (imported === undefined) return;
  await watches.listing('local').refresh();
  const { jobId, from, count, notes } = imported;
  const watch = vscode.l10n.t('Watch');
  const told =
    count === 1
      ? vscode.l10n.t('1 prediction is imported from {0} as {1}.', from, plainName(jobId))
      : vscode.l10n.t('{0} predictions are imported from {1} as {2}.', count.toLocaleString(), from, plainName(jobId));
  // Whoever ran the command does not wait until the message is read.
  for (const note of notes) log.info(note);
  const left =
    notes.length > mostNotes ? [vscode.l10n.t('And {0} more; the log lists them.', notes.length - mostNotes)] : [];
  const message = [told, ...notes.slice(0, mostNotes), ...left].join(' ');
  void vscode.window.showInformationMessage(message, watch).then(async (picked) => {
    if (picked !== watch) return;
    await vscode.commands.executeCommand('trainingPredictions.watch', { server: 'local', jobId });
  });
}
