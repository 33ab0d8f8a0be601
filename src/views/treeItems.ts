/** How what stands in the tree of jobs beside the jobs looks; loaded when the tree is first seen. */
import * as vscode from 'vscode';
import { plainLine } from '../plainText.ts';
import type { ServerId } from '../servers.ts';
import type { JobGroup } from './jobGroups.ts';

export { groupOf, jobGroups } from './jobGroups.ts';
export { jobItem } from './jobItem.ts';

/** More jobs that ended than this are folded away, as long as others run. */
const mostUnfolded = 8;

/** @param count of the jobs below it */
export function headingItem(server: ServerId, group: JobGroup, count: number): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const titles = { active: vscode.l10n.t('Active'), failed: vscode.l10n.t('Failed'), ended: vscode.l10n.t('Ended') };
  const item = new vscode.TreeItem(titles[group], group === 'ended' && count > mostUnfolded ? Collapsed : Expanded);
  const counted = count.toLocaleString();
  item.id = `${server} heading ${group}`;
  item.description = group === 'failed' ? vscode.l10n.t('{0} within a day', counted) : counted;
  item.contextValue = 'heading';
  return item;
}

export function serverItem(server: ServerId, label: string, host: string): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = server;
  item.description = host;
  item.iconPath = new vscode.ThemeIcon(server === 'local' ? 'server-process' : 'cloud');
  item.contextValue = `server.${server}`;
  return item;
}

/** Why the jobs of a server could not be read. */
export function problemItem(problem: Error): vscode.TreeItem {
  const words = plainLine(problem.message);
  const item = new vscode.TreeItem(vscode.l10n.t('Jobs could not be read'));
  item.description = vscode.l10n.t('{0} Click to retry.', words);
  item.tooltip = words;
  item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  item.contextValue = 'problem';
  item.command = { command: 'trainingPredictions.refreshJobs', title: vscode.l10n.t('Retry') };
  item.accessibilityInformation = {
    label: vscode.l10n.t('Jobs could not be read: {0} Press Enter to retry.', words),
  };
  return item;
}
