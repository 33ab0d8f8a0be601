/** Followers as a person runs them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.ts';
import { serverEntry, type TestServer } from './server.ts';
import { type Fields, readPredictions } from './serverClient.ts';

export * from './trainerFiles.ts';

/** Lines of its standard output. */
export type FollowLine = Fields & { event: string };

export interface TestFollower {
  readonly process: ChildProcess;
  /** What it told so far. */
  lines(): FollowLine[];
  /** Words for people. */
  words(): string;
  /** Until it has told such a line. */
  told(event: string): Promise<FollowLine>;
  kill(signal?: NodeJS.Signals): Promise<number | null>;
  readonly ended: Promise<number | null>;
}

/** Begins to follow. @param env added to the environment, in which no key and no address of a server is */
export function startFollower(args: string[], dataDir: string, env: NodeJS.ProcessEnv = {}): TestFollower {
  const own = {
    TRAINING_PREDICTIONS_API_KEY: undefined,
    FINETUNE_LAB_API_KEY: undefined,
    FINETUNE_LAB_API_URL: undefined,
  };
  const child = spawn(process.execPath, [serverEntry, 'follow', ...args, '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...own, ...env },
  });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const lines = () => {
    const whole = output.stdout.slice(0, output.stdout.lastIndexOf('\n') + 1);
    return whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as FollowLine]));
  };
  return {
    process: child,
    lines,
    words: () => output.stderr,
    told: (event) =>
      eventually(
        `the follower tells "${event}": ${output.stdout}${output.stderr}`,
        () => lines().find((line) => line.event === event),
        30_000,
      ),
    kill: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}

/** Follows to the end. */
export async function followOnce(
  args: string[],
  dataDir: string,
  env?: NodeJS.ProcessEnv,
): Promise<{ code: number | null; lines: FollowLine[]; words: string }> {
  const follower = startFollower([...args], dataDir, env);
  const code = await follower.ended;
  return { code, lines: follower.lines(), words: follower.words() };
}

/** All rows of a job, in the order in which they were stored. */
export async function readAll(server: TestServer, jobId: string): Promise<Fields[]> {
  const rows: Fields[] = [];
  for (;;) {
    const page = await readPredictions(server, jobId, `?after=${rows.at(-1)?.['seq'] ?? 0}&limit=1000`);
    if (page.length === 0) return rows;
    rows.push(...page);
  }
}

/** Waits until the job has so many rows. */
export async function rowsOnceThere(server: TestServer, jobId: string, count: number): Promise<Fields[]> {
  return eventually(
    `${count} rows of ${jobId}`,
    async () => {
      const rows = await readAll(server, jobId).catch(() => []);
      return rows.length >= count ? rows : undefined;
    },
    30_000,
  );
}
