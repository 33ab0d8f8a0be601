import { spawn } from 'node:child_process';
import * as vscode from 'vscode';
import { ApiClient } from '../api/client.ts';
import { dataDirectory, type RunningServer } from '../localServer/discovery.ts';
import type { WatchSession } from '../watch/watchSession.ts';
import { isActive, type Job } from '../wire/job.ts';

/** How long the recorded run takes to replay, in seconds. */
const replaySeconds = 75;

/** The recorded runs: a supervised one, and one that learned by reward. */
const runs = {
  supervised: { idPrefix: 'orders-sample-', name: 'orders-json · tiny-gpt', files: 'orders-run', config: {} },
  rl: {
    idPrefix: 'sums-sample-',
    name: 'sums by reward · tiny-gpt',
    files: 'sums-run',
    config: { deciding_score: 'reward' },
  },
} as const;
export type SampleRun = keyof typeof runs;

export function isSampleRunName(name: unknown): name is SampleRun {
  return typeof name === 'string' && Object.hasOwn(runs, name);
}

/** The replay begins once a stream shows it, but no later than this, in ms. */
const streamPatience = 10_000;

/** Whether a job is a recorded run that is replayed, not one of the user's own. */
export function isSampleRun(jobId: string): boolean {
  return Object.values(runs).some(({ idPrefix }) => jobId.startsWith(idPrefix));
}

/** A sample run that still sends, among these jobs. One that began long ago was killed and only seems to run. */
export function activeSampleRun(run: SampleRun, jobs: readonly Job[], now: Date): Job | undefined {
  return jobs.find(({ id, status, started_at }) => {
    const age = now.getTime() - Date.parse(started_at ?? '');
    return id.startsWith(runs[run].idPrefix) && isActive(status) && age < 2 * replaySeconds * 1000;
  });
}

/** Creates the job of a sample run, still without predictions. @throws ApiError */
export async function createSampleJob(run: SampleRun, server: RunningServer, now: Date): Promise<string> {
  const { idPrefix, name, config } = runs[run];
  const jobId =
    idPrefix +
    now
      .toISOString()
      .replace(/[-:]|\.\d+Z/g, '')
      .replace('T', '-');
  await new ApiClient(server.endpoint).saveJob({
    job_id: jobId,
    model_name: name,
    status: 'running',
    config,
    started_at: now.toISOString(),
  });
  return jobId;
}

/** Lets the recorded run play into a job, in a process of its own, as soon as the session's stream is open. */
export async function replayInto(
  jobId: string,
  run: SampleRun,
  session: WatchSession,
  extension: vscode.Uri,
): Promise<void> {
  await opened(session);
  const { files } = runs[run];
  const file = (...path: string[]): string => vscode.Uri.joinPath(extension, ...path).fsPath;
  const script = spawn(
    process.execPath,
    [
      file('dist', 'replay.cjs'),
      file('media', `${files}.jsonl.gz`),
      file('media', `${files}-metrics.jsonl`),
      jobId,
      process.env['TRAINING_PREDICTIONS_SAMPLE_SECONDS'] ?? String(replaySeconds),
    ],
    {
      // It outlives a closed window all the same, but ends with the whole VS Code that `npm start` ends.
      detached: false,
      stdio: 'ignore',
      env: {
        ...process.env,
        ELECTRON_RUN_AS_NODE: '1',
        // Where it finds the local server, and what that has to prove itself with before it is sent the key.
        TRAINING_PREDICTIONS_HOME: dataDirectory(),
      },
    },
  );
  await new Promise((resolve, reject) => {
    script.once('spawn', resolve);
    script.once('error', reject);
  });
  script.unref();
}

function opened(session: WatchSession): Promise<void> {
  return new Promise((resolve) => {
    const isOpen = (): boolean => session.connection.name !== 'connecting';
    if (isOpen()) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    };
    const timer = setTimeout(done, streamPatience);
    const subscription = session.onDidChange(() => {
      if (isOpen()) done();
    });
  });
}
