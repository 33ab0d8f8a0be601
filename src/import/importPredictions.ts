import { homedir } from 'node:os';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Endpoint } from '../api/request.ts';
import { plainMessage, plainName, withoutIcons } from '../plainText.ts';
import { assign, type Mapping, missingRoles, type Role, recognise } from '../tables/columns.ts';
import { FileNotImportedError, runImportTask } from './importTask.ts';

/** A job made of a file. */
export interface ImportedJob {
  jobId: string;
  count: number;
}

/** Asks for a file of predictions. */
export async function pickTable(): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Import Predictions'),
    openLabel: vscode.l10n.t('Import'),
    defaultUri: folder,
    filters: {
      [vscode.l10n.t('Predictions')]: ['jsonl', 'ndjson', 'json', 'csv', 'tsv', 'gz'],
      [vscode.l10n.t('All files')]: ['*'],
    },
  });
  return picked?.[0];
}

/**
 * Makes a finished job of a file, after asking which columns are meant where their names do not say it.
 *
 * All of it under one notification: VS Code does not show the fourth that comes within 800 ms, and that would be the
 * result.
 *
 * @param endpoint starts the server where it has to, once it is known what is to be sent
 * @param worker the bundled worker
 * @returns undefined when the user turned away
 * @throws FileNotImportedError, with nothing imported
 */
export async function importPredictions(
  file: vscode.Uri,
  endpoint: (signal: AbortSignal) => Promise<Endpoint>,
  worker: string,
): Promise<ImportedJob | undefined> {
  const path = file.fsPath;
  const name = basename(path);
  const shownName = plainMessage(name);
  const title = vscode.l10n.t('Importing {0}…', shownName);
  const importing = withProgress(title, async (progress, signal, cancellation) => {
    const looked = await runImportTask(worker, { type: 'look', path }, () => {}, signal);
    if (looked.type !== 'columns') return undefined;
    const mapping = await confirmMapping(looked.columns, cancellation);
    if (mapping === undefined) return undefined;
    const jobId = jobIdOf(name, new Date());
    const job = { model_name: nameOf(name) };
    const imported = await runImportTask(
      worker,
      { type: 'import', path, mapping, endpoint: await endpoint(signal), jobId, job },
      progress,
      signal,
    );
    return imported.type === 'imported' ? { jobId, count: imported.count } : undefined;
  });
  try {
    return await importing;
  } catch (error) {
    if (!(error instanceof FileNotImportedError)) throw error;
    throw new FileNotImportedError(vscode.l10n.t('Nothing of {0} is imported. {1}', shownName, error.message), {
      cause: error,
    });
  }
}

/** Asks for what the columns' names do not say. */
async function confirmMapping(
  columns: readonly string[],
  cancellation: vscode.CancellationToken,
): Promise<Mapping | undefined> {
  let mapping = recognise(columns);
  const missing = missingRoles(mapping);
  if (missing.length === 0) return mapping;
  // Where the names of the main columns are unusual, those of the others may be too.
  const others = (['ground_truth', 'epoch', 'step'] as const).filter((role) => mapping.roles[role] === undefined);
  for (const role of [...missing, ...others]) {
    const taken = Object.values(mapping.roles);
    const left = columns.filter((column) => !taken.includes(column));
    const isNeeded = missing.includes(role);
    if (left.length === 0 && !isNeeded) break;
    const picked = await pickColumn(role, left, isNeeded, cancellation);
    if (picked === undefined) return undefined;
    mapping = assign(columns, mapping, { [role]: picked });
  }
  return mapping;
}

/** Null for no column; undefined when the user turned away. */
async function pickColumn(
  role: Role,
  columns: readonly string[],
  isNeeded: boolean,
  cancellation: vscode.CancellationToken,
): Promise<string | null | undefined> {
  const items = columns.map((column) => ({ label: withoutIcons(plainName(column)), column: column as string | null }));
  const none = { label: vscode.l10n.t('None of them'), column: null };
  const picked = await vscode.window.showQuickPick(
    isNeeded ? items : [...items, none],
    { title: vscode.l10n.t('Import Predictions'), placeHolder: questionOf(role), ignoreFocusOut: true },
    cancellation,
  );
  return picked?.column;
}

function questionOf(role: Role): string {
  switch (role) {
    case 'prediction':
      return vscode.l10n.t('Which column holds what the model answered?');
    case 'prompt':
      return vscode.l10n.t('Which column holds the prompt?');
    case 'ground_truth':
      return vscode.l10n.t('Which column holds the right answer (ground truth)?');
    case 'epoch':
      return vscode.l10n.t('Which column holds the epoch?');
    case 'step':
      return vscode.l10n.t('Which column holds the step?');
    case 'sample_index':
      return vscode.l10n.t('Which column holds the number of the sample?');
  }
}

function withProgress<T>(
  title: string,
  task: (progress: (share: number) => void, signal: AbortSignal, cancellation: vscode.CancellationToken) => Promise<T>,
): Thenable<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, cancellation) => {
      const aborted = new AbortController();
      cancellation.onCancellationRequested(() => aborted.abort(new vscode.CancellationError()));
      let told = 0;
      const report = (share: number): void => {
        progress.report({ increment: (share - told) * 100 });
        told = share;
      };
      return task(report, aborted.signal, cancellation);
    },
  );
}

/** A file's name without its endings. */
function nameOf(file: string): string {
  return file.replace(/(\.(jsonl|ndjson|json|csv|tsv|txt|gz))+$/i, '') || file;
}

function jobIdOf(file: string, now: Date): string {
  const time = now
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .replace('T', '-');
  return `import-${nameOf(file)
    .replace(/[^\w.-]+/g, '-')
    .slice(0, 100)}-${time}`;
}
