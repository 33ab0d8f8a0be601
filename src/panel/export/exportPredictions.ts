import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { plainMessage } from '../../plainText.ts';
import { fileNameOf, writeExport } from './exportFile.ts';
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
      { label: 'JSON Lines', description: vscode.l10n.t('every field that the server sent'), format: 'jsonl' as const },
      { label: 'CSV', description: vscode.l10n.t('for spreadsheets'), format: 'csv' as const },
    ],
    { title: vscode.l10n.t('Export Predictions: Format'), ignoreFocusOut: true },
  );
  if (format === undefined) return;
  const target = await pickFile(`${fileNameOf(jobId)}-predictions`, format.format);
  if (target === undefined) return;
  const written = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Exporting {0}…', counted(rows.count)),
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
  void offerFile(vscode.l10n.t('{0} exported to {1}', counted(written), plainMessage(target.fsPath)), target);
}

async function offerFile(message: string, file: vscode.Uri): Promise<void> {
  const openFile = vscode.l10n.t('Open File');
  const picked = await vscode.window.showInformationMessage(message, openFile);
  if (picked === openFile) await vscode.commands.executeCommand('vscode.open', file);
}

function counted(count: number): string {
  return count === 1
    ? vscode.l10n.t('1 prediction')
    : vscode.l10n.t('{0} predictions', count.toLocaleString(vscode.env.language));
}

async function pickRows(all: ExportRows, shown: ExportRows | null): Promise<ExportRows | undefined> {
  if (shown === null) return all;
  const picked = await vscode.window.showQuickPick(
    [
      { label: vscode.l10n.t('What the filters show'), description: counted(shown.count), rows: shown },
      { label: vscode.l10n.t('All'), description: counted(all.count), rows: all },
    ],
    // The panel whose button was pressed gets the focus back when this list ends: the next one would close.
    { title: vscode.l10n.t('Export Predictions'), ignoreFocusOut: true },
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
