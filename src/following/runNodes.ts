import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Followers } from '../localServer/followed/followers.ts';
import type { Followed } from '../localServer/followed/records.ts';
import { plainLine, plainName } from '../plainText.ts';
import { followedLines, followedMark } from './followedText.ts';
import type { WorkspaceRuns } from './workspaceRuns.ts';

/** More runs are counted only. */
const mostShown = 100;

/** **In This Workspace**, and below it runs that nobody follows, and paths at which a run is waited for. */
export type RunNode =
  | { readonly kind: 'runs' }
  | { readonly kind: 'run'; readonly path: string; readonly format: string }
  | { readonly kind: 'awaited'; readonly key: string }
  | { readonly kind: 'moreRuns'; readonly count: number };

/** What the tree of jobs shows of runs that trainers write: those in the workspace, and which jobs are followed. */
export class RunNodes implements vscode.Disposable {
  readonly #followers: Followers;
  readonly #runs: WorkspaceRuns;
  readonly #changes = new vscode.EventEmitter<void>();
  /** Fires when the tree would show something else. */
  readonly onDidChange = this.#changes.event;
  readonly #subscriptions: vscode.Disposable;
  /** What is told of a time changes by itself. */
  readonly #timer = setInterval(() => this.#tell(), 60_000);
  #shown = '';

  constructor(followers: Followers, runs: WorkspaceRuns) {
    this.#followers = followers;
    this.#runs = runs;
    this.#subscriptions = vscode.Disposable.from(
      runs.onDidChange(() => this.#tell()),
      followers.onDidChange(() => this.#tell()),
    );
  }

  get roots(): RunNode[] {
    return this.#runs.runs.length + this.#awaited.length > 0 ? [{ kind: 'runs' }] : [];
  }

  /** Of the root. */
  children(): RunNode[] {
    const { runs, isWhole } = this.#runs;
    const awaited = this.#awaited.map(({ key }) => ({ kind: 'awaited', key }) as const);
    const shown = runs.slice(0, mostShown).map((run) => ({ kind: 'run', ...run }) as const);
    const left = runs.length - shown.length;
    return [...awaited, ...shown, ...(left > 0 || !isWhole ? [{ kind: 'moreRuns', count: left } as const] : [])];
  }

  item(node: RunNode): vscode.TreeItem {
    switch (node.kind) {
      case 'runs': {
        const item = new vscode.TreeItem(vscode.l10n.t('In This Workspace'), vscode.TreeItemCollapsibleState.Expanded);
        item.id = 'runs';
        item.iconPath = new vscode.ThemeIcon('folder');
        item.contextValue = 'runs';
        return item;
      }
      case 'run':
        return runItem(node.path, node.format);
      case 'awaited':
        return this.#awaitedItem(node.key);
      case 'moreRuns':
        return new vscode.TreeItem(
          node.count > 0
            ? vscode.l10n.t('{0} more: follow a folder to find them', node.count.toLocaleString())
            : vscode.l10n.t('There may be more: follow a folder to find them'),
        );
    }
  }

  /** Says in the item of a job of the local server whether it is followed. */
  mark(item: vscode.TreeItem, jobId: string): void {
    const followed = this.#followers.of(jobId);
    const mark = followed === undefined ? null : followedMark(followed, Date.now());
    if (mark === null) return;
    item.contextValue = `${item.contextValue}.followed`;
    item.description = `${mark} · ${item.description}`;
    item.tooltip = `${item.tooltip}\n${plainName(followed?.status?.path ?? '')}`;
    const label = item.accessibilityInformation?.label;
    if (label !== undefined) item.accessibilityInformation = { label: `${label}, ${mark}` };
  }

  /** What the badge tells of a job of the local server. */
  lines(jobId: string): string[] {
    const followed = this.#followers.of(jobId);
    return followed === undefined ? [] : followedLines(followed);
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#subscriptions.dispose();
    this.#changes.dispose();
  }

  /** Those of which no job is known yet. */
  get #awaited(): Followed[] {
    return this.#followers.wanted.filter(({ status }) => status?.job_id === undefined);
  }

  #awaitedItem(key: string): vscode.TreeItem {
    const known = this.#awaited.find((one) => one.key === key);
    const path = known?.record?.path ?? '';
    const item = new vscode.TreeItem(shownPath(path));
    const problem = known?.status?.problem;
    item.id = `awaited ${key}`;
    item.description = problem === undefined ? vscode.l10n.t('waiting for a run') : plainLine(problem);
    item.tooltip = `${plainName(path)}\n${item.description}`;
    item.iconPath = new vscode.ThemeIcon(problem === undefined ? 'watch' : 'warning');
    item.contextValue = 'awaited';
    return named(item);
  }

  #tell(): void {
    const now = Date.now();
    const marks = this.#followers.wanted.map((one) => [
      one.key,
      one.status?.job_id,
      one.status?.problem,
      followedMark(one, now),
    ]);
    const shown = JSON.stringify([this.#runs.runs, this.#runs.isWhole, marks]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#changes.fire();
  }
}

function runItem(path: string, format: string): vscode.TreeItem {
  const item = new vscode.TreeItem(shownPath(path));
  item.id = `run ${path}`;
  item.description = vscode.l10n.t('{0} · click to follow', format);
  item.tooltip = plainName(path);
  item.iconPath = new vscode.ThemeIcon('eye');
  item.contextValue = 'run';
  item.command = {
    command: 'trainingPredictions.followOutput',
    title: vscode.l10n.t('Follow'),
    arguments: [{ path, format }],
  };
  return named(item);
}

/** Said as it is seen: where there is a tooltip, that would be said in its place. */
function named(item: vscode.TreeItem): vscode.TreeItem {
  item.accessibilityInformation = { label: `${item.label}, ${item.description}` };
  return item;
}

/** Relative to the workspace's folder, where it is in one; that itself by its name. */
function shownPath(path: string): string {
  const name = vscode.workspace.asRelativePath(path);
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path));
  return plainName(folder?.uri.fsPath === path ? `${folder.name} (${dirname(path)})` : name);
}
