import * as vscode from 'vscode';
import { ApiClient } from '../api/client.ts';
import { isActive } from '../wire/job.ts';
import type { CommandContext } from './context.ts';

/** Asks where somebody needs the local server. @returns whether it may be stopped */
export async function mayStop(context: CommandContext): Promise<boolean> {
  const needs = await needsOfServer(context);
  return needs.length === 0 || agreesToStop(needs);
}

/** Who is cut off when the server stops, a sentence each. */
async function needsOfServer({ localServer, watches }: CommandContext): Promise<string[]> {
  const running = await localServer.find();
  if (running === null) return [];
  const listing = watches.listing('local');
  const [streams] = await Promise.all([
    // A server of another version may not say; what this window reads is known all the same.
    new ApiClient(running.endpoint).openStreams().catch(() => null),
    listing.refresh(),
  ]);
  const active = listing.jobs.filter(({ status, _stale }) => isActive(status) && _stale !== true).length;
  const here = watches.all.filter(({ server, session }) => server === 'local' && session.connection.name === 'live');
  const read = Math.max(streams ?? 0, here.length);
  const needs: string[] = [];
  if (active === 1) needs.push(vscode.l10n.t('1 run is active: what its script sends is refused until it runs again.'));
  if (active > 1)
    needs.push(vscode.l10n.t('{0} runs are active: what their scripts send is refused until it runs again.', active));
  if (read === 1) needs.push(vscode.l10n.t('1 run is being watched live.'));
  if (read > 1) needs.push(vscode.l10n.t('{0} runs are being watched live, in this window or in others.', read));
  return needs;
}

async function agreesToStop(needs: readonly string[]): Promise<boolean> {
  const agreed = vscode.l10n.t('Stop');
  const detail = needs.join('\n');
  try {
    const question = vscode.l10n.t('Stop the local server?');
    return (await vscode.window.showWarningMessage(question, { modal: true, detail }, agreed)) === agreed;
  } catch {
    // A VS Code that runs tests shows no dialogs: there a program gave the command, and means it.
    return true;
  }
}
