/** What following in the editor consists of, loaded when it is used. */
import * as vscode from 'vscode';
import { section } from '../config.ts';
import { Followers } from '../localServer/followed/followers.ts';
import type { LocalServer } from '../localServer/localServer.ts';
import type { RedactingLog } from '../log.ts';
import { tellFollowFaults } from './followFaults.ts';
import { RunNodes } from './runNodes.ts';
import { WorkspaceRuns } from './workspaceRuns.ts';

export interface FollowingParts extends vscode.Disposable {
  readonly followers: Followers;
  readonly runs: WorkspaceRuns;
  readonly nodes: RunNodes;
}

/** @param changed is told when the tree or the badge would show something else */
export function createParts(localServer: LocalServer, log: RedactingLog, changed: () => void): FollowingParts {
  const followers = new Followers(localServer);
  const runs = new WorkspaceRuns(followers, log);
  const nodes = new RunNodes(followers, runs);
  let isFollowing: boolean | undefined;
  const setContext = (): void => {
    const now = followers.wanted.length > 0;
    if (now !== isFollowing) void vscode.commands.executeCommand('setContext', `${section}.isFollowing`, now);
    isFollowing = now;
  };
  const all = vscode.Disposable.from(
    followers,
    runs,
    nodes,
    followers.onDidChange(setContext),
    nodes.onDidChange(changed),
    tellFollowFaults(followers, log),
  );
  return { followers, runs, nodes, dispose: () => all.dispose() };
}
