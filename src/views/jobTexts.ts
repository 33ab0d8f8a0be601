import * as vscode from 'vscode';
import { beginning, plainLine, plainName } from '../plainText.ts';
import { redact } from '../redact.ts';
import { progressOf } from '../watch/jobProgress.ts';
import type { Job } from '../wire/job.ts';
import { agoText } from './ago.ts';

/** The first line of a failure is cut to so many. */
const errorCharacters = 200;

/** The first line of what a failed job left as its reason; null where it left none. */
export function errorLine(job: Job): string | null {
  if (job.status !== 'failed' && job.status !== 'cancelled') return null;
  const [first = ''] = (job.error_message ?? '').trim().split(/\r?\n|\r/);
  return first === '' ? null : plainLine(beginning(redact(first), errorCharacters));
}

/** Why a job failed or was cancelled, in one sentence; null where it was not, or left no reason. */
export function failureText(job: Job | undefined): string | null {
  const error = job === undefined ? null : errorLine(job);
  if (error === null) return null;
  return job?.status === 'failed'
    ? vscode.l10n.t('The job failed: {0}', error)
    : vscode.l10n.t('The job was cancelled: {0}', error);
}

/** When a job began, in few words; null where it does not say. */
export function jobAge(job: Job, now: number): string | null {
  return agoText(job.started_at ?? job.created_at, now, vscode.env.language);
}

/** Status, epoch or step, progress and loss in one line, as far as they are known. */
export function describeJob(job: Job, isWatched: boolean): string {
  const parts = [
    isWatched ? vscode.l10n.t('watching') : null,
    ...(job._stale ? [] : [plainName(job.status)]),
    ...factsOf(job),
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

/** In percent; null where it is not known. */
export function progressText({ progress }: Job): string | null {
  return progress == null ? null : `${Math.round(progress)} %`;
}

/** What stands behind the status in `describeJob`. */
export function factsOf(job: Job): string[] {
  const progress = progressText(job);
  return [
    ...(job._stale ? [vscode.l10n.t('stale: no worker runs it')] : []),
    ...progressTexts(job),
    ...(progress === null ? [] : [progress]),
    ...(job.loss == null ? [] : [vscode.l10n.t('loss {0}', Number(job.loss.toPrecision(4)))]),
  ];
}

function progressTexts(job: Job): string[] {
  const { currentEpoch, totalEpochs, currentStep, totalSteps } = progressOf(job, true);
  const [step, steps] = [currentStep?.toLocaleString(), totalSteps?.toLocaleString()];
  if (step !== undefined) {
    return [steps === undefined ? vscode.l10n.t('step {0}', step) : vscode.l10n.t('step {0} of {1}', step, steps)];
  }
  if (currentEpoch === null) return [];
  return [
    totalEpochs === null
      ? vscode.l10n.t('epoch {0}', currentEpoch)
      : vscode.l10n.t('epoch {0} of {1}', currentEpoch, totalEpochs),
  ];
}
