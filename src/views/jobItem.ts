import * as vscode from 'vscode';
import { beginning, plainLine, plainName } from '../plainText.ts';
import { redact } from '../redact.ts';
import type { ServerId } from '../servers.ts';
import { cutInMiddle, modelOf, nameOf, shortModelName } from '../watch/jobTitle.ts';
import { isActive, type Job } from '../wire/job.ts';
import { describeJob, errorLine, factsOf, jobAge, progressText } from './jobTexts.ts';

/** An id is cut to so many characters in the tree, so that something follows it. */
const idCharacters = 26;
/** And a model's name beside it to so many. */
const modelCharacters = 14;
/** Before what stands beside a job that is watched. */
const watchedMark = '◉';

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
