/** The server as it ships, with a job to write to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageVariable } from '../../scripts/vscode/package.ts';
import { startServer, type TestServer } from '../../test/support/server.ts';
import { createJob, type TestJob } from '../../test/support/serverClient.ts';

export const bundle = path.join(import.meta.dirname, '../../dist/server.cjs');

/** Runs `use` beside a fresh server process; gives what it gives. */
export async function withServer<T>(
  use: (server: TestServer, job: TestJob) => Promise<T>,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<T> {
  const server = await startServer({ entry: bundle, args: ['--log-level', 'error', ...args], env });
  try {
    return await use(server, await createJob(server, { job_id: 'bench', status: 'running', model_name: 'bench' }));
  } finally {
    await server.stop();
  }
}

/** Runs `use` with a folder of its own. */
export async function withFolder<T>(use: (folder: string) => Promise<T> | T): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Posts a body with the job's token over a kept connection; plain `node:http`, the lightest client there is. */
export function postBody({ url }: Pick<TestServer, 'url'>, job: Pick<TestJob, 'token'>, body: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        method: 'POST',
        path: '/api/training/local/predictions',
        headers: {
          Authorization: `Bearer ${job.token}`,
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
        },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.once('end', () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(`${answer.statusCode} ${text}`)),
        );
      },
    );
    sent.once('error', reject).end(body);
  });
}

/** Builds what ships, where that was not done for the whole run. */
export async function build(): Promise<void> {
  if (process.env[packageVariable] !== undefined) return;
  const { execFileSync } = await import('node:child_process');
  execFileSync(process.execPath, ['esbuild.mjs', '--production'], { cwd: path.dirname(path.dirname(bundle)) });
}
