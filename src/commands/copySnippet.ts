import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { section } from '../config.ts';
import type { CommandContext, Commands } from './context.ts';
import { pastable } from './loggingSnippet.ts';

/** The command that puts a script's part of sending predictions on the clipboard. */
export function snippetCommands({ extension, localServer }: CommandContext): Commands {
  return {
    copyLoggingSnippet: async () => {
      const example = vscode.Uri.joinPath(extension, 'examples', 'log_predictions.py').fsPath;
      const snippet = pastable(await readFile(example, 'utf8'));
      await vscode.env.clipboard.writeText(snippet);
      const newFile = vscode.l10n.t('New Python File');
      const next =
        localServer.running === null
          ? { title: vscode.l10n.t('Start Local Server'), command: 'startLocalServer' }
          : { title: vscode.l10n.t('Watch'), command: 'watch' };
      const told = vscode.l10n.t('Python snippet copied: paste it into your training script.');
      // Whoever ran the command does not wait until the message is read.
      void vscode.window.showInformationMessage(told, newFile, next.title).then(async (picked) => {
        if (picked === newFile) await showAsFile(snippet);
        if (picked === next.title) await vscode.commands.executeCommand(`${section}.${next.command}`);
      });
    },
  };
}

async function showAsFile(content: string): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'python', content }));
}
