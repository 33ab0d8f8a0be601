import * as vscode from 'vscode';
import { config } from '../config.ts';
import type { LocalServer } from './localServer.ts';

/**
 * Gives new terminals the two variables that FineTune Lab's SDK reads, while the local server runs, so that a training
 * script streams to it with no change.
 */
export function offerToTerminals(
  environment: vscode.EnvironmentVariableCollection,
  localServer: LocalServer,
): vscode.Disposable {
  environment.persistent = false;
  environment.description = 'Training scripts that use FineTune Lab’s SDK send to the local predictions server.';
  const update = (): void => {
    const { running } = localServer;
    if (running === null || !config.terminalEnvironment()) {
      environment.clear();
      return;
    }
    environment.replace('FINETUNE_LAB_API_URL', running.endpoint.address.baseUrl);
    environment.replace('FINETUNE_LAB_API_KEY', running.endpoint.key);
  };
  update();
  return vscode.Disposable.from(
    localServer.onDidChange(update),
    config.onDidChange(['localServer.terminalEnvironment'], update),
    { dispose: () => environment.clear() },
  );
}
