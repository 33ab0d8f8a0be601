import { homedir } from 'node:os';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Endpoint } from '../api/request.ts';
import { plainMessage, plainName, withoutIcons } from '../plainText.ts';
import {
  assign,
  type Mapping,
  missingRoles,
  namesChat,
  type Role,
  recognise,
  truthCandidates,
} from '../tables/columns.ts';
import type { ChosenMapping } from '../tables/jobTables.ts';
import { FileNotImportedError, type PreviewRow, runImportTask } from './importTask.ts';
import { noteText } from './noteTexts.ts';

/** A job made of files. */
export interface ImportedJob {
  jobId: string;
  /** The files, as people are told of them. */
  from: string;
  count: number;
  /** What was left out or changed, a sentence each. */
  notes: string[];
}

/** Asks for files of predictions. */
export async function pickTables(): Promise<readonly vscode.Uri[]> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Import Predictions'),
    openLabel: vscode.l10n.t('Import'),
    defaultUri: folder,
    canSelectMany: true,
    // Those of Windows and Linux are either for files or for folders; VS Code's own is for both.
    canSelectFolders: process.platform === 'darwin' || hasOwnDialogs(),
    canSelectFiles: true,
    filters: {
      [vscode.l10n.t('Predictions')]: ['jsonl', 'ndjson', 'json', 'csv', 'tsv', 'parquet', 'gz'],
      [vscode.l10n.t('All files')]: ['*'],
    },
  });
  return picked ?? [];
}

/** Whether files are chosen in a dialog of VS Code's own: their machine is another than the one whose screen it is. */
function hasOwnDialogs(): boolean {
  return vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web;
}

/**
 * Makes a finished job of files, or of what a folder holds, after asking which columns are meant where their names do not
 * say it.
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
  files: readonly vscode.Uri[],
  endpoint: (signal: AbortSignal) => Promise<Endpoint>,
  worker: string,
): Promise<ImportedJob | undefined> {
  const path = files.map(({ fsPath }) => fsPath);
  const name = basename(path[0] ?? '');
  const shownName = plainMessage(name);
  const others = path.length - 1;
  const shown = others === 0 ? shownName : vscode.l10n.t('{0} and {1} more', shownName, others);
  const title = vscode.l10n.t('Importing {0}…', shown);
  const importing = withProgress(title, async (progress, signal, cancellation) => {
    const looked = await runImportTask(worker, { type: 'look', path }, () => {}, signal);
    if (looked.type !== 'columns') return undefined;
    const mapping: ChosenMapping[] = [];
    for (const { columns, files: named } of looked.tables) {
      const preview = async (table: ChosenMapping): Promise<PreviewRow[]> => {
        const report = await runImportTask(worker, { type: 'preview', path, table }, () => {}, signal);
        return report.type === 'preview' ? report.rows : [];
      };
      const title = looked.tables.length === 1 ? shown : plainMessage(named[0] ?? '');
      const chosen = await confirmMapping(columns, { title, cancellation, preview });
      if (chosen === undefined) return undefined;
      mapping.push({ columns, mapping: chosen });
    }
    // Files that are named one by one mostly are what one folder holds of a run.
    const jobName = others === 0 ? name : basename(dirname(path[0] ?? '')) || name;
    const jobId = jobIdOf(jobName, new Date());
    const job = { model_name: nameOf(jobName) };
    const imported = await runImportTask(
      worker,
      { type: 'import', path, mapping, endpoint: await endpoint(signal), jobId, job },
      progress,
      signal,
    );
    if (imported.type !== 'imported') return undefined;
    return {
      jobId,
      from: shown,
      count: imported.count,
      notes: imported.notes.map((note) => plainMessage(noteText(note, vscode.l10n))),
    };
  });
  try {
    return await importing;
  } catch (error) {
    if (!(error instanceof FileNotImportedError)) throw error;
    throw new FileNotImportedError(vscode.l10n.t('Nothing of {0} is imported. {1}', shown, error.message), {
      cause: error,
    });
  }
}

/** How it is asked about a table. */
interface Asking {
  /** What the table is called. */
  readonly title: string;
  readonly cancellation: vscode.CancellationToken;
  /** Its first rows as they would be imported. @throws FileNotImportedError */
  preview(table: ChosenMapping): Promise<PreviewRow[]>;
}

/** Asks for what the columns' names do not say. @param title of the questions */
export async function columnQuestions(
  columns: readonly string[],
  title: string,
  cancellation: vscode.CancellationToken,
): Promise<Mapping | undefined> {
  return (await askForColumns(columns, { title, cancellation }))?.mapping;
}

/** Asks for what the columns' names do not say, and shows what comes of it. */
async function confirmMapping(columns: readonly string[], asking: Asking): Promise<Mapping | undefined> {
  for (;;) {
    const asked = await askForColumns(columns, asking);
    if (asked === undefined || !asked.wasAsked) return asked?.mapping;
    const answer = await confirmPreview(await asking.preview({ columns, mapping: asked.mapping }), asking);
    if (answer === 'import') return asked.mapping;
    if (answer === undefined) return undefined;
  }
}

async function askForColumns(
  columns: readonly string[],
  { title, cancellation }: Pick<Asking, 'title' | 'cancellation'>,
): Promise<{ mapping: Mapping; wasAsked: boolean } | undefined> {
  let mapping = recognise(columns);
  const missing = missingRoles(mapping);
  const unclear = truthCandidates(columns, mapping);
  if (missing.length === 0 && unclear.length === 0) return { mapping, wasAsked: false };
  // Where the names of the main columns are unusual, those of the others may be too.
  const possible = missing.length === 0 ? (['ground_truth'] as const) : (['ground_truth', 'epoch', 'step'] as const);
  const others = possible.filter((role) => mapping.roles[role] === undefined);
  for (const role of [...missing, ...others]) {
    const taken = Object.values(mapping.roles);
    // A chat may hold the answer at its end.
    const isFree = (column: string): boolean =>
      !taken.includes(column) || (role === 'prediction' && namesChat(column) && column === mapping.roles.prompt);
    const free = columns.filter(isFree);
    const left = [
      ...free.filter((column) => unclear.includes(column)),
      ...free.filter((one) => !unclear.includes(one)),
    ];
    const isNeeded = missing.includes(role as 'prompt' | 'prediction');
    if (left.length === 0 && !isNeeded) break;
    const picked = await pickColumn(role, left, { isNeeded, title, cancellation });
    if (picked === undefined) return undefined;
    mapping = assign(columns, mapping, { [role]: picked });
  }
  return { mapping, wasAsked: true };
}

/** Undefined when the user turned away. */
async function confirmPreview(
  rows: readonly PreviewRow[],
  { title, cancellation }: Asking,
): Promise<'import' | 'again' | undefined> {
  const shown = rows.map((row) => ({
    label: withoutIcons(plainName(row.prediction)) || vscode.l10n.t('(empty answer)'),
    description: vscode.l10n.t('epoch {0}, step {1}, sample {2}', row.epoch, row.step, row.sampleIndex),
    detail: withoutIcons(
      plainName(
        row.groundTruth === null
          ? vscode.l10n.t('Prompt: {0}', row.prompt)
          : vscode.l10n.t('Prompt: {0} · Right answer: {1}', row.prompt, row.groundTruth),
      ),
    ),
    answer: 'import' as const,
  }));
  const picked = await vscode.window.showQuickPick(
    [
      { label: `$(cloud-upload) ${vscode.l10n.t('Import it like this')}`, answer: 'import' as const },
      { label: `$(edit) ${vscode.l10n.t('Choose the columns again')}`, answer: 'again' as const },
      { label: vscode.l10n.t('The first rows'), kind: vscode.QuickPickItemKind.Separator, answer: 'import' as const },
      ...shown,
    ],
    { title, placeHolder: vscode.l10n.t('Are these rows right?'), ignoreFocusOut: true },
    cancellation,
  );
  return picked?.answer;
}

/** Null for no column; undefined when the user turned away. */
async function pickColumn(
  role: Role,
  columns: readonly string[],
  { isNeeded, title, cancellation }: Pick<Asking, 'title' | 'cancellation'> & { readonly isNeeded: boolean },
): Promise<string | null | undefined> {
  const items = columns.map((column) => ({ label: withoutIcons(plainName(column)), column: column as string | null }));
  const none = { label: vscode.l10n.t('None of them'), column: null };
  const picked = await vscode.window.showQuickPick(
    isNeeded ? items : [...items, none],
    { title, placeHolder: questionOf(role), ignoreFocusOut: true },
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
  return file.replace(/(\.(jsonl|ndjson|json|csv|tsv|txt|parquet|gz))+$/i, '') || file;
}

/** With milliseconds: two imports of one name may come within a second. */
function jobIdOf(file: string, now: Date): string {
  const time = now
    .toISOString()
    .replace(/[-:.Z]/g, '')
    .replace('T', '-');
  return `import-${nameOf(file)
    .replace(/[^\w.-]+/g, '-')
    .slice(0, 100)}-${time}`;
}
