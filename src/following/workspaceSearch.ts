/** The search for runs in the folders of this window. */
import { stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { realRunPath } from '../follow/files/runPath.ts';
import { type FoundRun, runOf, searchRuns, trainerGlobs } from './searchRuns.ts';

/** Longest time of a search, in ms: what was found by then is shown. */
const patience = 10_000;
/** Between a file that appears and the search that it is a reason for, in ms. */
const together = 500;
/** Of so many paths that appear at once each is looked at. */
const mostLooked = 20;

const include = `**/{${trainerGlobs.join(',')}}`;

export interface Search {
  readonly runs: readonly FoundRun[];
  /** False where there may be more. */
  readonly isWhole: boolean;
}

/** Searches all folders of the window once. @throws vscode.CancellationError */
export async function searchWorkspace(cancelled: vscode.CancellationToken): Promise<Search> {
  const source = new vscode.CancellationTokenSource();
  const timer = setTimeout(() => source.cancel(), patience);
  const subscription = cancelled.onCancellationRequested(() => source.cancel());
  try {
    const { runs, isWhole } = await searchRuns(async (leftOut, most) => {
      if (source.token.isCancellationRequested) return [];
      const found = await vscode.workspace.findFiles(include, excluded(leftOut), most, source.token);
      return found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
    });
    if (cancelled.isCancellationRequested) throw new vscode.CancellationError();
    const real = await Promise.all([...runs.values()].map(withRealPath));
    const known = new Map(real.flatMap((run) => (run === undefined ? [] : [[run.path, run] as const])));
    const sorted = [...known.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    return { runs: sorted, isWhole: isWhole && !source.token.isCancellationRequested };
  } finally {
    clearTimeout(timer);
    subscription.dispose();
    source.dispose();
  }
}

/**
 * Calls when a file appears that may be of a run that is not known yet; of one that is excluded, not again. Of a folder
 * that appears with files in it the system tells the folder alone: it is looked into.
 *
 * @param isKnown whether a run needs no search, by the path that its file has here
 */
export function watchForRuns(isKnown: (path: string) => boolean, appeared: () => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher('**/*', false, true, true);
  const seen = new Set<string>();
  let made: string[] = [];
  let isNew = false;
  let timer: NodeJS.Timeout | undefined;
  let lastLook = Number.NEGATIVE_INFINITY;
  const note = (path: string): void => {
    const run = runOf(path);
    if (run === undefined || seen.has(run.path)) return;
    seen.add(run.path);
    isNew ||= !isKnown(run.path);
  };
  const look = async (): Promise<void> => {
    timer = undefined;
    const paths = made;
    made = [];
    for (const path of paths.length > mostLooked ? [] : await filesOfFolders(paths)) note(path);
    // A checkout makes more than one looks into.
    const isMuch = paths.length > mostLooked && performance.now() - lastLook > patience;
    if (!isNew && !isMuch) return;
    isNew = false;
    lastLook = performance.now();
    appeared();
  };
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(({ scheme, fsPath }) => {
      if (scheme !== 'file') return;
      if (runOf(fsPath) === undefined) made.push(fsPath);
      else note(fsPath);
      if (isNew || made.length > 0) timer ??= setTimeout(() => void look(), together);
    }),
    { dispose: () => clearTimeout(timer) },
  );
}

/** One file of a trainer in each of the paths that are folders. */
async function filesOfFolders(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const stats = await stat(path).catch(() => undefined);
      if (stats?.isDirectory() !== true) return [];
      const files = await vscode.workspace.findFiles(new vscode.RelativePattern(path, include), excluded([]), 1);
      return files.map(({ fsPath }) => fsPath);
    }),
  );
  return found.flat();
}

/** What the settings leave out of the explorer and of searches, and some folders more. */
function excluded(folders: readonly string[]): string {
  const globs = ['files.exclude', 'search.exclude'].flatMap((setting) => {
    const value: unknown = vscode.workspace.getConfiguration().get(setting);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([glob, isOn]) => (isOn === true ? [glob] : []));
  });
  const more = folders.flatMap((folder) => {
    const of = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder));
    if (of === undefined) return [];
    const name = relative(of.uri.fsPath, folder).split(sep).join('/');
    return name === '' ? ['*'] : [`${name.replace(/[*?[\]{}]/g, '[$&]')}/**`];
  });
  return `{${[...globs, ...more].join(',')}}`;
}

/** Undefined for what is gone by now. */
async function withRealPath(run: FoundRun): Promise<FoundRun | undefined> {
  try {
    return { ...run, path: await realRunPath(run.path) };
  } catch {
    return undefined;
  }
}
