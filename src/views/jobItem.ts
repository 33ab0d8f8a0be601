import * as vscode from 'vscode';
import { plainName } from '../plainText.ts';
import type { ServerId } from '../servers.ts';
import { progressOf } from '../watch/jobProgress.ts';
import { titleOf } from '../watch/jobTitle.ts';
import type { Job } from '../wire/job.ts';

/** How a job looks in the tree; a click watches it. */
export function jobItem(server: ServerId, job: Job, isWatched: boolean): vscode.TreeItem {
  const item = new vscode.TreeItem(titleOf(job.id, job));
  item.id = `${server} ${job.id}`;
  item.description = describeJob(job, isWatched);
  item.iconPath = icon(job);
  item.contextValue = isWatched ? 'job.watched' : 'job';
  item.tooltip = `${plainName(job.id)}\n${describeJob(job, isWatched)}`;
  item.command = {
    command: 'trainingPredictions.watch',
    title: vscode.l10n.t('Watch'),
    arguments: [{ server, jobId: job.id }],
  };
  item.accessibilityInformation = { label: `${titleOf(job.id, job)}, ${describeJob(job, isWatched)}` };
  return item;
}

/** Status, epoch or step, progress and loss in one line, as far as they are known. */
export function describeJob(job: Job, isWatched: boolean): string {
  const parts = [
    isWatched ? vscode.l10n.t('watching') : null,
    job._stale ? vscode.l10n.t('stale: no worker runs it') : plainName(job.status),
    ...progressTexts(job),
    job.progress == null ? null : `${Math.round(job.progress)} %`,
    job.loss == null ? null : vscode.l10n.t('loss {0}', Number(job.loss.toPrecision(4))),
  ];
  return parts.filter((part) => part !== null).join(' · ');
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
