import * as vscode from 'vscode';
import { section } from '../config.ts';
import type { LocalServer } from '../localServer/localServer.ts';
import { isSampleRun } from '../sample/sampleRun.ts';
import type { ServerId, Servers } from '../servers.ts';
import type { Watches } from '../watch/watches.ts';

/** Keeps the `when` clauses' context keys equal to what is there. */
export function followWithContextKeys(
  servers: Servers,
  localServer: LocalServer,
  watches: Watches<ServerId>,
): vscode.Disposable {
  const known = new Map<string, boolean>();
  const set = (name: string, value: boolean): void => {
    if (known.get(name) === value) return;
    known.set(name, value);
    setContext(name, value);
  };
  const update = (): void => {
    const state = watches.active?.session.connection.name;
    set('hasKey', servers.hasKey('remote'));
    set('hasServer', servers.isPresent('remote') || servers.isPresent('local'));
    set('localServerRuns', localServer.running !== null);
    set('hasStoredJobs', localServer.hasData);
    const listed = (['remote', 'local'] as const).flatMap((server) => watches.listing(server).jobs);
    set(
      'hasOwnJob',
      listed.some(({ id }) => !isSampleRun(id)),
    );
    set(
      'hasSampleRun',
      listed.some(({ id }) => isSampleRun(id)),
    );
    set('isWatching', state !== undefined);
    set('isPaused', state === 'paused');
    set('canPause', state === 'live' || state === 'connecting' || state === 'waiting' || state === 'polling');
  };
  update();
  return vscode.Disposable.from(
    servers.onDidChange(update),
    localServer.onDidChange(update),
    watches.onDidChange(update),
    watches.listing('remote').onDidChange(update),
    watches.listing('local').onDidChange(update),
  );
}

/** Tells the walkthrough that somebody reads the trends. */
export function noteTrendsSeen(): void {
  setContext('trendsSeen', true);
}

function setContext(name: string, value: boolean): void {
  void vscode.commands.executeCommand('setContext', `${section}.${name}`, value);
}
