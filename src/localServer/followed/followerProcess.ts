import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as Type from 'typebox';
import type { FollowRecord } from '../../wire/followFiles.ts';
import { schema } from '../../wire/schema.ts';
import { nodeEnvironment, openLog } from '../processes.ts';

/** What followers of a data directory say. */
export const followLog = 'follow.log';

const foundType = Type.Object({
  event: Type.Literal('run'),
  job_id: Type.String(),
  format: Type.String(),
  path: Type.String(),
  files: Type.Integer(),
});
const found = schema(foundType);
/** A run that is recognised at a path. */
export type RecognisedRun = Type.Static<typeof foundType>;

/**
 * Begins to follow, in a process of its own that outlives this one. It ends at once where another follows the same.
 *
 * @param program the bundled server
 */
export function startFollower(program: string, directory: string, { path, format, columns }: FollowRecord): void {
  const chosen = Object.entries(columns ?? {}).flatMap(([role, column]) => ['--column', `${role}=${column}`]);
  const flags = [...(format === undefined ? [] : ['--format', format]), ...chosen];
  const log = openLog(join(directory, followLog));
  const args = [program, 'follow', '--beside-server', '--data-dir', directory, ...flags, '--', path];
  const follower = spawn(process.execPath, args, {
    detached: true,
    // What it does is told in the data directory.
    stdio: ['ignore', 'ignore', log.output],
    env: nodeEnvironment(directory),
    cwd: directory,
  });
  closeSync(log.output);
  // One that cannot be started is missed when the next look finds none at work.
  follower.once('error', () => {});
  follower.unref();
}

/** The runs at or below a path; reads the beginning of some files. @param signal ends it */
export async function recognisedRuns(
  program: string,
  directory: string,
  path: string,
  signal: AbortSignal,
): Promise<RecognisedRun[]> {
  const lister = spawn(process.execPath, [program, 'follow', '--list', '--', path], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: nodeEnvironment(directory),
    signal,
  });
  let problem: Error | undefined;
  lister.once('error', (error) => {
    problem = error;
  });
  const runs: RecognisedRun[] = [];
  for await (const line of createInterface(lister.stdout)) {
    const run: unknown = JSON.parse(line);
    if (found.check(run)) runs.push(run);
  }
  signal.throwIfAborted();
  if (problem !== undefined) throw problem;
  return runs;
}
