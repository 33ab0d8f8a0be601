import * as vscode from 'vscode';
import { ApiClient } from '../api/client.ts';
import { NotFoundError, RejectedError } from '../api/errors.ts';
import { plainName } from '../plainText.ts';
import type { ServerId } from '../servers.ts';
import { nameOf } from '../watch/jobTitle.ts';
import type { JobReference } from '../watch/watches.ts';
import { isActive } from '../wire/job.ts';
import { type CommandContext, type Commands, findJob, presentServers } from './context.ts';

/** The commands that change which jobs there are. */
export function jobCommands(context: CommandContext): Commands {
  return {
    deleteJob: async (argument) => {
      const job = await askedJob(context, argument, 'Delete Job');
      if (job !== undefined) await deleteJob(context, job);
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
  const { jobId, count, notes } = imported;
  const watch = vscode.l10n.t('Watch');
  const told =
    count === 1
      ? vscode.l10n.t('1 prediction is imported as {0}.', plainName(jobId))
      : vscode.l10n.t('{0} predictions are imported as {1}.', count.toLocaleString(), plainName(jobId));
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

/** The server does not delete this job. */
class JobNotDeletedError extends Error {
  override readonly name = 'JobNotDeletedError';
}

/** Deletes a job once the user, told what goes with it, agrees. Whoever watches it is told by the server itself. */
async function deleteJob({ servers, watches, following }: CommandContext, job: JobReference<ServerId>): Promise<void> {
  const client = new ApiClient(await servers.endpoint(job.server));
  const listed = watches.job(job);
  const title = watches.title(job);
  const epochs = await client.epochs(job.jobId);
  const count = epochs.reduce((sum, epoch) => sum + epoch.prediction_count, 0);
  const runs = listed !== undefined && isActive(listed.status) && listed._stale !== true;
  const detail = [
    count === 1
      ? vscode.l10n.t('1 prediction goes with it. This cannot be undone.')
      : vscode.l10n.t('{0} predictions go with it. This cannot be undone.', count.toLocaleString()),
    ...(runs ? [vscode.l10n.t('The job still runs: what its script sends from now on is refused.')] : []),
    ...(nameOf(job.jobId, listed) === job.jobId ? [] : [vscode.l10n.t('Job id: {0}', plainName(job.jobId))]),
  ];
  const agreed = vscode.l10n.t('Delete');
  const server = `${servers.label(job.server)} (${servers.host(job.server)})`;
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Delete the job “{0}” from {1}?', title, server),
    { modal: true, detail: detail.join('\n') },
    agreed,
  );
  if (answer !== agreed) return;
  if (servers.isLocal(job.server)) (await following.load()).followers.stopJob(job.jobId);
  try {
    await client.deleteJob(job.jobId);
  } catch (error) {
    // It was there a moment ago: what is not found is the way to delete it.
    if (!(error instanceof NotFoundError || error instanceof RejectedError)) throw error;
    throw new JobNotDeletedError(
      vscode.l10n.t(
        '{0} does not delete jobs for this extension (status {1}). Delete it on the server’s own page.',
        servers.host(job.server),
        error.status ?? '',
      ),
      { cause: error },
    );
  }
  watches.get(job)?.session.dispatch({ type: 'reconnect' });
  await watches.listing(job.server).refresh();
}
