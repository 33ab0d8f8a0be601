import * as vscode from 'vscode';
import { parseServerAddress, type ServerAddress } from './api/serverAddress.ts';
import type { Policy } from './stream/connectionState.ts';
import { defaultHeartbeatSeconds } from './wire/events.ts';

export const section = 'trainingPredictions';

/** What one can be told, with the setting of each and its default. */
const notifications = {
  runEnded: { setting: 'notifications.runEnded', otherwise: true },
  qualityRegressed: { setting: 'notifications.qualityRegressed', otherwise: false },
  validationDropped: { setting: 'notifications.validationDropped', otherwise: false },
  noPredictions: { setting: 'notifications.noPredictions', otherwise: false },
  connectionLost: { setting: 'notifications.connectionLost', otherwise: true },
};
export type NoticeKind = keyof typeof notifications;

/**
 * What VS Code said of each setting since the last change of any. It takes its time to say it, and the stream asks at
 * each event.
 */
const known = new Map<string, unknown>();
// Before all other listeners, so that those read what is new.
vscode.workspace.onDidChangeConfiguration(() => known.clear());

/** The settings, typed and within their bounds; a change takes effect at once. */
export const config = {
  /** @throws InvalidServerAddressError */
  server(): ServerAddress {
    return parseServerAddress(get('serverUrl', 'https://finetunelab.ai'));
  },

  policy(): Policy {
    return {
      liveUpdates: get('liveUpdates', true),
      maxAttempts: bounded(get('reconnect.maxAttempts', 5), 1, 100),
      pollInterval: bounded(get('pollIntervalSeconds', 30), 1, 3600) * 1000,
      heartbeat: defaultHeartbeatSeconds * 1000,
    };
  },

  /** Rows a page; `fit`: as many as the panel has room for. */
  pageSize(): number | 'fit' {
    const rows = get<number>('pageSize', Number.NaN);
    return Number.isNaN(rows) ? 'fit' : bounded(rows, 1, 1000);
  },

  /** As it stands in the settings; the same value until it changes. */
  reasoningTags(): unknown {
    return asItStands('reasoningTags');
  },

  maxPredictionsInMemory(): number {
    return bounded(get('maxPredictionsInMemory', 100_000), 0, 100_000_000);
  },

  localServerPort(): number {
    return bounded(get('localServer.port', 4517), 0, 65_535);
  },

  /** Whether the local server is to go on when the last window is closed. */
  keepRunning(): boolean {
    return get('localServer.keepRunning', false);
  },

  terminalEnvironment(): boolean {
    return get('localServer.terminalEnvironment', true);
  },

  /** Whether runs are searched for in the workspace. */
  discoversRuns(): boolean {
    return get('follow.discover', true);
  },

  /** Whether the user wants to be told of this. */
  notifies(kind: NoticeKind): boolean {
    const { setting, otherwise } = notifications[kind];
    return get(setting, otherwise);
  },

  /** "Don't Show Again": sets the setting, for all windows, and for the workspace where that has its own. */
  async stopNotifying(kind: NoticeKind): Promise<void> {
    const { setting } = notifications[kind];
    const settings = vscode.workspace.getConfiguration(section);
    const { Global, Workspace } = vscode.ConfigurationTarget;
    await settings.update(setting, false, Global);
    if (settings.inspect(setting)?.workspaceValue === true) await settings.update(setting, false, Workspace);
  },

  /** How far above its best epoch a character error rate counts as regressed, in percent of that rate. */
  qualityRegressedPercent(): number {
    return bounded(get('notifications.qualityRegressedPercent', 25), 1, 1000);
  },

  /** Calls the listener when one of the named settings changes. */
  onDidChange(names: readonly string[], listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((change) => {
      if (names.some((name) => change.affectsConfiguration(`${section}.${name}`))) listener();
    });
  },
};

/** A setting of another type than the default's is a slip in settings.json: the default stands in. */
function get<T extends string | number | boolean>(name: string, otherwise: T): T {
  const value = asItStands(name);
  return typeof value === typeof otherwise ? (value as T) : otherwise;
}

function asItStands(name: string): unknown {
  if (!known.has(name)) known.set(name, vscode.workspace.getConfiguration(section).get(name));
  return known.get(name);
}

function bounded(value: number, least: number, most: number): number {
  return Number.isFinite(value) ? Math.min(most, Math.max(least, Math.round(value))) : least;
}
