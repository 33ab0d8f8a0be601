import * as vscode from 'vscode';
import type { ServerId } from '../servers.ts';
import { isOver, summarize } from '../stream/connectionSummary.ts';
import type { Watch, Watches } from '../watch/watches.ts';
import { failureText } from './jobTexts.ts';

/** What can be done about the connection of a watch, as it is now; undefined when the user turned away. */
export async function pickConnectionCommand(
  watch: Watch<ServerId>,
  watches: Watches<ServerId>,
): Promise<string | undefined> {
  const job = watches.job(watch);
  const { label, problem } = summarize(watch.session.connection, watch.session.problem, job?.status);
  const said = problem ?? failureText(job);
  const show = { label: `$(table) ${vscode.l10n.t('Show Panel')}`, command: 'watch' };
  const pause = { label: `$(debug-pause) ${vscode.l10n.t('Pause Live Updates')}`, command: 'pause' };
  const resume = { label: `$(play) ${vscode.l10n.t('Resume Live Updates')}`, command: 'resume' };
  const reconnect = { label: `$(debug-restart) ${vscode.l10n.t('Reconnect')}`, command: 'reconnect' };
  const key = { label: `$(key) ${vscode.l10n.t('Set API Key')}`, command: 'setApiKey' };
  const start = { label: `$(server-process) ${vscode.l10n.t('Start Local Server')}`, command: 'startLocalServer' };
  const always = [
    show,
    { label: `$(output) ${vscode.l10n.t('Show Log')}`, command: 'showLog' },
    { label: `$(close) ${vscode.l10n.t('Stop Watching')}`, command: 'stopWatching' },
  ];
  const isAway = label === 'Reconnecting' || label === 'Offline' || label === 'Polling';
  const fitting =
    label === 'Paused'
      ? [resume]
      : label === 'Sign in'
        ? [key]
        : label === 'Deleted' || isOver(label)
          ? [reconnect]
          : [...(isAway && watch.server === 'local' ? [start] : []), reconnect, pause];
  const picked = await vscode.window.showQuickPick([...fitting, ...always], {
    title: `${watches.title(watch)}: ${label}`,
    ...(said === null ? {} : { placeHolder: said }),
  });
  return picked?.command;
}
