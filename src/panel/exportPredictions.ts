import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { withoutLinks } from '../plainText.ts';
import { writeExport } from './exportFile.ts';
import type { ExportRows } from './exportRows.ts';

/** What can be exported: everything, and what the table's filters show. */
export interface Exportable {
  /** For the proposed file name. */
  jobId: string;
  all(): ExportRows;
  /** Null where no filter hides anything. */
  shown(): ExportRows | null;
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
  const written = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Exporting ${counted(rows.count)}…`,
      cancellable: true,
    },
    (progress, cancellation) => {
      const aborted = new AbortController();
      cancellation.onCancellationRequested(() => aborted.abort(new vscode.CancellationError()));
      return writeExport(target.fsPath, rows, format.format, aborted.signal, (some) =>
        progress.report({ increment: (100 * some) / rows.count }),
      );
    },
  );
  // Whoever ran the command does not wait until the message is read.
  void offerFile(`${counted(written)} exported to ${withoutLinks(target.fsPath)}`, target);
}

async function offerFile(message: string, file: vscode.Uri): Promise<void> {
  const picked = await vscode.window.showInformationMessage(message, 'Open File');
  if (picked === 'Open File') await vscode.commands.executeCommand('vscode.open', file);
}

function counted(count: number): string {
  return `${count.toLocaleString(vscode.env.language)} ${count === 1 ? 'prediction' : 'predictions'}`;
}

async function pickRows(all: ExportRows, shown: ExportRows | null): Promise<ExportRows | undefined> {
  if (shown === null) return all;
  const picked = await vscode.window.showQuickPick(
    [
      { label: 'What the filters show', description: counted(shown.count), rows: shown },
      { label: 'All', description: counted(all.count), rows: all },
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
