import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as Type from 'typebox';
import * as vscode from 'vscode';
import { columnQuestions } from '../import/importPredictions.ts';
import { runImportTask } from '../import/importTask.ts';
import { type RecognisedRun, recognisedRuns } from '../localServer/followed/followerProcess.ts';
import { plainMessage, plainName, withoutIcons } from '../plainText.ts';
import { missingRoles, recognise } from '../tables/columns.ts';
import { columnRoles, type FollowRecord } from '../wire/followFiles.ts';
import { schema } from '../wire/schema.ts';
import type { CommandContext } from './context.ts';
import { startWithProgress } from './localServer.ts';

/** A follower has told what it found by then, in ms; one that waits for a run is told of sooner. */
const patience = { found: 20_000, awaited: 3000 };

const pathArgument = schema(Type.Object({ path: Type.String({ minLength: 1 }) }));

/** Following did not begin; the message says why. */
class NotFollowedError extends Error {
  override readonly name = 'NotFollowedError';
}

/**
 * Follows what a trainer writes and opens its panel.
 *
 * @param argument a file or folder as the explorer names it, or a run of the tree; anything else asks
 */
export async function followOutput(context: CommandContext, argument: unknown): Promise<void> {
  if (!(await isTrusted())) return;
  const path = argument instanceof vscode.Uri ? argument.fsPath : await pathOf(context, argument);
  if (path === undefined) return;
  const record = await recordOf(context, path);
  if (record === undefined) return;
  const { localServer, servers, panels, watches } = context;
  await startWithProgress(localServer);
  const { followers } = await context.following.load();
  const isFound = record.format !== undefined;
  const status = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Following {0}…', nameOf(path)) },
    () => followers.follow(record, isFound ? patience.found : patience.awaited),
  );
  if (status?.state === 'failed') throw new NotFollowedError(status.problem ?? '');
  if (status?.job_id === undefined) {
    if (isFound) throw new NotFollowedError(vscode.l10n.t('The follower of {0} gave no answer.', nameOf(path)));
    tellAwaited(path);
    return;
  }
  await watches.listing(servers.idOfLocal).refresh();
  await panels.open({ server: servers.idOfLocal, jobId: status.job_id });
}

/** Offers the way to trust the workspace where it is not. */
async function isTrusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = vscode.l10n.t('Manage Workspace Trust');
  const picked = await vscode.window.showWarningMessage(
    vscode.l10n.t('Nothing is followed in a workspace that is not trusted.'),
    manage,
  );
  if (picked === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}

async function pathOf(context: CommandContext, argument: unknown): Promise<string | undefined> {
  if (pathArgument.check(argument)) return argument.path;
  const { runs } = await context.following.load();
  const folder = { label: `$(folder-opened) ${vscode.l10n.t('Choose Folder…')}`, dialog: 'folder' as const };
  const file = { label: `$(file) ${vscode.l10n.t('Choose File…')}`, dialog: 'file' as const };
  const items = async () => {
    await runs.refresh();
    const found = runs.runs.map(({ path, format }) => ({
      label: withoutIcons(plainName(vscode.workspace.asRelativePath(path))),
      description: format,
      path,
    }));
    return [...found, folder, file];
  };
  const picked: { path?: string; dialog?: 'folder' | 'file' } | undefined = await vscode.window.showQuickPick(items(), {
    title: vscode.l10n.t('Follow Training Output'),
    placeHolder: vscode.l10n.t('What a trainer writes, or is about to write'),
  });
  if (picked?.dialog === undefined) return picked?.path;
  return chosenPath(picked.dialog);
}

async function chosenPath(kind: 'folder' | 'file'): Promise<string | undefined> {
  const defaultUri = vscode.workspace.workspaceFolders?.[0]?.uri;
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Follow Training Output'),
    openLabel: vscode.l10n.t('Follow'),
    canSelectFolders: kind === 'folder',
    canSelectFiles: kind === 'file',
    ...(defaultUri === undefined ? {} : { defaultUri }),
  });
  return picked?.[0]?.fsPath;
}

/** What is to be followed, once the person said what the files do not; undefined when they turned away. */
async function recordOf(context: CommandContext, path: string): Promise<FollowRecord | undefined> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Looking at {0}…', nameOf(path)),
      cancellable: true,
    },
    async (_progress, cancellation) => {
      const aborted = new AbortController();
      cancellation.onCancellationRequested(() => aborted.abort(new vscode.CancellationError()));
      const { program, directory } = context.localServer;
      const runs = await recognisedRuns(program, directory, path, aborted.signal);
      const run = runs.length > 1 ? await pickRun(runs) : runs[0];
      if (run !== undefined) return { path: run.path, format: run.format };
      if (runs.length > 0) return undefined;
      const real = await realpath(path);
      if ((await stat(real)).isDirectory()) return { path: real };
      return tableRecord(context, real, aborted.signal, cancellation);
    },
  );
}

async function pickRun(runs: readonly RecognisedRun[]): Promise<RecognisedRun | undefined> {
  const items = runs.map((run) => ({
    label: withoutIcons(plainName(vscode.workspace.asRelativePath(run.path))),
    description: `${run.format} · ${run.files === 1 ? vscode.l10n.t('1 file') : vscode.l10n.t('{0} files', run.files.toLocaleString())}`,
    run,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Follow Training Output'),
    placeHolder: vscode.l10n.t('There are several runs: each is a job of its own'),
  });
  return picked?.run;
}

/** A table whose columns say not by themselves what they hold: asked once for all tables of a folder. */
async function tableRecord(
  { extension, memory }: CommandContext,
  path: string,
  signal: AbortSignal,
  cancellation: vscode.CancellationToken,
): Promise<FollowRecord | undefined> {
  const worker = vscode.Uri.joinPath(extension, 'dist', 'importWorker.cjs').fsPath;
  const looked = await runImportTask(worker, { type: 'look', path }, () => {}, signal);
  const columns = looked.type === 'columns' ? looked.columns : [];
  const key = `followColumns ${dirname(path)}`;
  const kept = memory.get(key);
  if (columnRoles.check(kept) && Object.values(kept).every((column) => columns.includes(column))) {
    return { path, format: 'table', columns: kept };
  }
  if (missingRoles(recognise(columns)).length === 0) return { path, format: 'table' };
  const mapping = await columnQuestions(columns, vscode.l10n.t('Follow Training Output'), cancellation);
  if (mapping === undefined) return undefined;
  const chosen = { ...mapping.roles };
  await memory.update(key, chosen);
  return { path, format: 'table', columns: chosen };
}

/** Whoever ran the command does not wait until the message is read. */
function tellAwaited(path: string): void {
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      'Nothing in {0} is recognised yet: it is followed as soon as a trainer writes there. Stop Following ends that.',
      nameOf(path),
    ),
  );
}

function nameOf(path: string): string {
  return plainMessage(basename(path) || path);
}
