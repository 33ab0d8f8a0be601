import * as vscode from 'vscode';
import { ApiClient } from '../api/client.ts';
import { NotFoundError, RejectedError } from '../api/errors.ts';
import { plainName } from '../plainText.ts';
import type { ServerId } from '../servers.ts';
import { nameOf } from '../watch/jobTitle.ts';
import type { JobReference } from '../watch/watches.ts';
import { isActive } from '../wire/job.ts';
import type { CommandContext } from './context.ts';

/** A question names so many jobs, and tells how many others there are. */
const mostNamed = 10;

/** The server does not delete this job. */
class JobNotDeletedError extends Error {
  override readonly name = 'JobNotDeletedError';
}

/** Deletes jobs once the user, told what goes with them, agrees. Whoever watches one is told by the server itself. */
export async function deleteJobs(context: CommandContext, jobs: readonly JobReference<ServerId>[]): Promise<void> {
  const { question, detail } = await questionOf(context, jobs);
  const agreed = vscode.l10n.t('Delete');
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail: detail.join('\n') }, agreed);
  if (answer !== agreed) return;
  try {
    for (const job of jobs) await deleteJob(context, job);
  } finally {
    const touched = new Set(jobs.map(({ server }) => server));
    await Promise.all([...touched].map((server) => context.watches.listing(server).refresh()));
  }
}

async function questionOf(
  { servers, watches }: CommandContext,
  jobs: readonly JobReference<ServerId>[],
): Promise<{ question: string; detail: string[] }> {
  let count = 0;
  for (const { server, jobId } of jobs) {
    const epochs = await new ApiClient(await servers.endpoint(server)).epochs(jobId);
    for (const epoch of epochs) count += epoch.prediction_count;
  }
  const goes =
    count === 1
      ? vscode.l10n.t('1 prediction goes with it. This cannot be undone.')
      : vscode.l10n.t('{0} predictions go with it. This cannot be undone.', count.toLocaleString());
  const running = jobs.filter((job) => {
    const listed = watches.job(job);
    return listed !== undefined && isActive(listed.status) && listed._stale !== true;
  }).length;
  const [job] = jobs;
  if (job !== undefined && jobs.length === 1) {
    const server = `${servers.label(job.server)} (${servers.host(job.server)})`;
    const named = nameOf(job.jobId, watches.job(job)) !== job.jobId;
    return {
      question: vscode.l10n.t('Delete the job “{0}” from {1}?', watches.title(job), server),
      detail: [
        goes,
        ...(running > 0 ? [vscode.l10n.t('The job still runs: what its script sends from now on is refused.')] : []),
        ...(named ? [vscode.l10n.t('Job id: {0}', plainName(job.jobId))] : []),
      ],
    };
  }
  return {
    question: vscode.l10n.t('Delete {0} jobs?', jobs.length),
    detail: [
      ...jobs.slice(0, mostNamed).map((one) => `${watches.title(one)} · ${servers.label(one.server)}`),
      ...(jobs.length > mostNamed ? [vscode.l10n.t('And {0} more.', jobs.length - mostNamed)] : []),
      vscode.l10n.t('Predictions that go with them: {0}. This cannot be undone.', count.toLocaleString()),
      ...(running > 0
        ? [vscode.l10n.t('{0} of them still run: what their scripts send from now on is refused.', running)]
        : []),
    ],
  };
}

async function deleteJob({ servers, watches, following }: CommandContext, job: JobReference<ServerId>): Promise<void> {
  if (servers.isLocal(job.server)) (await following.load()).followers.stopJob(job.jobId);
  try {
    await new ApiClient(await servers.endpoint(job.server)).deleteJob(job.jobId);
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
}
