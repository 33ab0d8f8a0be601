import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Followers, FollowFault } from '../localServer/followed/followers.ts';
import type { RedactingLog } from '../log.ts';
import { plainMessage } from '../plainText.ts';

/** Says once why something is followed no more, in the window that the user looks at, and what can be done. */
export function tellFollowFaults(followers: Followers, log: RedactingLog): vscode.Disposable {
  return followers.onDidFail((fault) => {
    log.warn(`Following ${fault.path} failed: ${fault.problem}`);
    if (vscode.window.state.focused) void tell(followers, fault);
  });
}

async function tell(followers: Followers, { key, path, problem }: FollowFault): Promise<void> {
  const again = vscode.l10n.t('Try Again');
  const stop = vscode.l10n.t('Stop Following');
  const showLog = vscode.l10n.t('Show Log');
  const picked = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} is not followed any more. {1}', plainMessage(basename(path)), plainMessage(problem)),
    again,
    stop,
    showLog,
  );
  if (picked === again) await vscode.commands.executeCommand('trainingPredictions.followOutput', { path });
  if (picked === stop) followers.stop(key);
  if (picked === showLog) await vscode.window.showTextDocument(vscode.Uri.file(followers.logFile), { preview: true });
}
