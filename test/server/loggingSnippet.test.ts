import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startServer, type TestServer } from '../support/server.ts';
import { readPredictions, request } from '../support/serverClient.ts';

const root = path.resolve(import.meta.dirname, '../..');
const snippet = path.join(root, 'media', 'log_predictions.py');

/** Runs a program to its end. @throws with its standard error when it fails */
async function run(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(program, args, { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${output.stderr}`);
  return output.stdout;
}

describe('what the documentation tells people to run', () => {
  let server: TestServer;

  before(async () => {
    server = await startServer();
  });

  after(() => server.stop());

  async function answersOf(jobId: string): Promise<unknown[]> {
    return (await readPredictions(server, jobId)).map(({ prediction }) => prediction);
  }

  it('the Python snippet sends to the server that the environment names', async () => {
    await run('python3', [snippet], { FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey });
    assert.deepEqual(await answersOf('my-run'), ['Pxrs', 'Pari', 'Paris']);
    const { json } = await request(server, '/api/training/local/jobs');
    assert.equal((json['jobs'] as Record<string, unknown>[])[0]?.['status'], 'completed');
  });

  it('the Python snippet finds the local server by itself', async () => {
    await run('python3', [snippet], { TRAINING_PREDICTIONS_HOME: server.dataDir });
    assert.equal((await answersOf('my-run')).length, 6);
  });

  it('the curl lines of the README create a job and send a prediction', async () => {
    const readme = await readFile(path.join(root, 'README.md'), 'utf8');
    const script = /```sh\n(TOKEN=[\s\S]*?)```/.exec(readme)?.[1];
    assert.ok(script !== undefined, 'the README has a curl example');
    await run('sh', ['-ec', script], { FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey });
    assert.deepEqual(await answersOf('curl-run'), ['Paris']);
  });
});
