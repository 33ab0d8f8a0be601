import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as vscode from 'vscode';
import type { Prediction } from '../wire/prediction.ts';
import { type ExportFormat, exportText } from './exportFormats.ts';

/** What can be exported: everything, and what the table's filters show. */
export interface Exportable {
  /** For the proposed file name. */
  jobId: string;
  all(): Prediction[];
  /** Null where no filter hides anything. */
  shown(): Prediction[] | null;
}

/** Lets the user choose what to export, in which form and where to; writes it with progress. */
export async function exportPredictions({ jobId, all, shown }: Exportable): Promise<void> {
  const rows = await pickRows(all(), shown());
  if (rows === undefined) return;
  const format = await vscode.window.showQuickPick(
    [
      { label: 'JSON Lines', description: 'every field that the server sent', format: 'jsonl' as const },
      { label: 'CSV', description: 'for spreadsheets', format: 'csv' as const },
    ],
    { title: 'Export Predictions: Format' },
  );
  if (format === undefined) return;
  const target = await pickFile(`${jobId.replace(/[^\w.-]+/g, '-')}-predictions`, format.format);
  if (target === undefined) return;
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Exporting ${rows.length} predictions…`,
      cancellable: true,
    },
    async (progress, cancellation) => {
      const aborted = new AbortController();
      cancellation.onCancellationRequested(() => aborted.abort(new vscode.CancellationError()));
      await write(target.fsPath, rows, format.format, aborted.signal, (share) => progress.report({ increment: share }));
    },
  );
  void vscode.window.showInformationMessage(`${rows.length} predictions are in ${target.fsPath}.`);
}

async function pickRows(all: Prediction[], shown: Prediction[] | null): Promise<Prediction[] | undefined> {
  if (shown === null) return all;
  const picked = await vscode.window.showQuickPick(
    [
      { label: 'What the filters show', description: `${shown.length} predictions`, rows: shown },
      { label: 'All', description: `${all.length} predictions`, rows: all },
    ],
    { title: 'Export Predictions' },
  );
  return picked?.rows;
}

/** Asks where to save a file; without a workspace the home folder is proposed. */
export function pickFile(name: string, ending: string): Thenable<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const file = `${name}.${ending}`;
  return vscode.window.showSaveDialog({
    filters: { [ending.toUpperCase()]: [ending] },
    defaultUri: vscode.Uri.joinPath(folder, file),
  });
}

/** Writes beside the target first: a file is there whole or not at all. */
async function write(
  target: string,
  rows: readonly Prediction[],
  format: ExportFormat,
  signal: AbortSignal,
  progress: (share: number) => void,
): Promise<void> {
  const part = `${target}.part`;
  const pieces = Math.ceil(rows.length / 500) + 1;
  async function* text(): AsyncGenerator<string> {
    for (const piece of exportText(rows, format)) {
      progress(100 / pieces);
      yield piece;
      // Others have their turn between two pieces.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  try {
    await pipeline(Readable.from(text()), createWriteStream(part), { signal });
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw signal.aborted ? signal.reason : error;
  }
}
