import * as vscode from 'vscode';
import { beginning, plainLine, plainName } from '../plainText.ts';
import { redact } from '../redact.ts';
import type { ServerId } from '../servers.ts';
import { progressOf } from '../watch/jobProgress.ts';
import { cutInMiddle, modelOf, nameOf, shortModelName } from '../watch/jobTitle.ts';
import { isActive, type Job } from '../wire/job.ts';
import { agoText } from './ago.ts';

/** An id is cut to so many characters in the tree, so that something follows it. */
const idCharacters = 26;
/** And a model's name beside it to so many. */
const modelCharacters = 14;
/** Before what stands beside a job that is watched. */
const watchedMark = '◉';
/** The first line of a failure is cut to so many. */
const errorCharacters = 200;

/** What the tree knows of a job beside the job itself. */
export interface JobLook {
  /** As `titleOf` says it. */
  readonly title: string;
  readonly isWatched: boolean;
  /** ms since 1970 */
  readonly now: number;
}

/** How a job looks in the tree; a click shows it for a look, a double click to stay. */
export function jobItem(server: ServerId, job: Job, look: JobLook): vscode.TreeItem {
  const { title, isWatched } = look;
  const label = shownLabel(job, title);
  const item = new vscode.TreeItem(label);
  item.id = `${server} ${job.id}`;
  item.description = shownBeside(job, look);
  item.iconPath = icon(job);
  item.contextValue = isWatched ? 'job.watched' : 'job';
  item.tooltip = tooltip(job, look);
  item.command = {
    command: 'trainingPredictions.watch',
    title: vscode.l10n.t('Watch'),
    arguments: [{ server, jobId: job.id }, 'look'],
  };
  const error = errorLine(job);
  const spoken = [describeJob(job, isWatched), ...(error === null ? [] : [error])].join(' · ');
  item.accessibilityInformation = { label: `${title}, ${spoken}` };
  return item;
}

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

/** Ids lead where names are equal: then the name has no place before them. */
function leadsWithId(job: Job, title: string): boolean {
  return title !== plainName(nameOf(job.id, job)) || nameOf(job.id, job) === job.id;
}

function shownLabel(job: Job, title: string): string {
  return plainName(
    leadsWithId(job, title)
      ? cutInMiddle(job.id, idCharacters)
      : shortModelName(nameOf(job.id, job), Number.POSITIVE_INFINITY),
  );
}

/** A row is cut at its end: what tells jobs apart stands first. The icon shows the status. */
function shownBeside(job: Job, { title, isWatched, now }: JobLook): string {
  const parts = [
    errorLine(job),
    isActive(job.status) ? progressText(job) : null,
    leadsWithId(job, title) ? shortModelName(modelOf(job) ?? '', modelCharacters) || null : null,
    jobAge(job, now),
    isActive(job.status) && job.status !== 'running' && !job._stale ? plainName(job.status) : null,
    ...factsOf(job),
  ].filter((part) => part !== null);
  return `${isWatched ? `${watchedMark} ` : ''}${[...new Set(parts)].join(' · ')}`;
}

function tooltip(job: Job, { isWatched, now }: JobLook): string {
  const error = job.error_message?.trim();
  const age = jobAge(job, now);
  const lines = [
    plainName(job.id),
    modelOf(job),
    describeJob(job, isWatched),
    age === null ? null : vscode.l10n.t('Began {0}', age),
    error
      ? redact(beginning(error, 2000))
          .split(/\r?\n|\r/)
          .map(plainLine)
          .join('\n')
      : null,
  ];
  return lines.filter((line) => line !== null).join('\n');
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

function progressText({ progress }: Job): string | null {
  return progress == null ? null : `${Math.round(progress)} %`;
}

function factsOf(job: Job): string[] {
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

function icon(job: Job): vscode.ThemeIcon {
  if (job._stale) return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  switch (job.status) {
    case 'running':
      return new vscode.ThemeIcon('play-circle', new vscode.ThemeColor('charts.green'));
    case 'completed':
      return new vscode.ThemeIcon('pass');
    case 'failed':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
    case 'cancelled':
      return new vscode.ThemeIcon('circle-slash');
    default:
      return new vscode.ThemeIcon('clock');
  }
}
