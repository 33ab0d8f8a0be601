/** Followers as a person runs them, and folders as trainers fill them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { eventually } from './eventually.ts';
import { type Cell, parquetOf } from './parquet.ts';
import { sourceEntry, type TestServer } from './server.ts';
import { type Fields, readPredictions } from './serverClient.ts';

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
  const child = spawn(process.execPath, [sourceEntry, 'follow', ...args, '--data-dir', dataDir], {
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

/** A fresh folder by its real path. */
export function freshFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'training-follow-')));
}

export function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

export const append = (path: string, content: string) => appendFileSync(path, content);

/** One answer as TRL's trainer logs it. */
export interface TrlRow {
  readonly prompt: string;
  readonly completion: string;
  /** By reward function; NaN where it gave None. */
  readonly rewards: Readonly<Record<string, number>>;
  readonly advantage: number;
}

/** What TRL's GRPOTrainer writes at a step with `log_completions`. */
export function writeTrlStep(output: string, step: number, rows: readonly TrlRow[]): void {
  const names = Object.keys(rows[0]?.rewards ?? {});
  const columns: Record<string, Cell[]> = {
    step: rows.map(() => BigInt(step)),
    prompt: rows.map(({ prompt }) => prompt),
    completion: rows.map(({ completion }) => completion),
    ...Object.fromEntries(names.map((name) => [name, rows.map(({ rewards }) => rewards[name] ?? Number.NaN)])),
    advantage: rows.map(({ advantage }) => advantage),
  };
  write(join(output, 'completions', `completions_${String(step).padStart(5, '0')}.parquet`), parquetOf(columns));
}

/** As Python's `json.dumps(row, ensure_ascii=False)`: NaN is a token. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${pythonJson(inner)}`);
  return `{${members.join(', ')}}`;
}

/** What verl writes at a step into one of its folders: all lines at once. */
export function writeVerlStep(folder: string, step: number, rows: readonly Fields[]): void {
  write(join(folder, `${step}.jsonl`), `${rows.map((row) => pythonJson({ ...row, step })).join('\n')}\n`);
}

/** What Hugging Face's Trainer writes with a checkpoint. */
export function writeTrainerState(path: string, state: Fields): void {
  write(path, `${pythonJson(state)}\n`);
}
