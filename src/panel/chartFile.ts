import * as vscode from 'vscode';
import { fileNameOf } from './export/exportFile.ts';
import { pickFile } from './export/exportPredictions.ts';
import type { WebviewMessageOf } from './protocol.ts';

/** Saves a chart, a PNG as base64 or CSV, where the user says; nothing where the dialog is left. */
export async function saveChart({ name, format, content }: WebviewMessageOf<'saveChart'>): Promise<void> {
  const target = await pickFile(fileNameOf(name).toLowerCase(), format);
  if (target === undefined) return;
  await vscode.workspace.fs.writeFile(target, Buffer.from(content, format === 'png' ? 'base64' : 'utf8'));
}
