import * as vscode from 'vscode';
import { section } from './config.ts';
import type { LocalServer } from './localServer/localServer.ts';
import type { ServerId, Servers } from './servers.ts';
import type { Watches } from './watch/watches.ts';

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
    void vscode.commands.executeCommand('setContext', `${section}.${name}`, value);
  };
  const update = (): void => {
    const state = watches.active?.session.connection.name;
    set('hasKey', servers.hasKey('remote'));
    set('hasServer', servers.isPresent('remote') || servers.isPresent('local'));
    set('localServerRuns', localServer.running !== null);
    set('isWatching', state !== undefined);
    set('isPaused', state === 'paused');
    set('canPause', state === 'live' || state === 'connecting' || state === 'waiting' || state === 'polling');
  };
  update();
  return vscode.Disposable.from(
    servers.onDidChange(update),
    localServer.onDidChange(update),
    watches.onDidChange(update),
  );
}
