import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runToSuccess } from '../support/runProgram.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { readPredictions, request } from '../support/serverClient.ts';

const root = path.resolve(import.meta.dirname, '../..');
const snippet = path.join(root, 'examples', 'log_predictions.py');

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
    await runToSuccess('python3', [snippet], {
      env: { FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey },
    });
    assert.deepEqual(await answersOf('my-run'), ['Pxrs', 'Pari', 'Paris']);
    const { json } = await request(server, '/api/training/local/jobs');
    assert.equal((json['jobs'] as Record<string, unknown>[])[0]?.['status'], 'completed');
  });

  it('the Python snippet finds the local server by itself', async () => {
    await runToSuccess('python3', [snippet], { env: { TRAINING_PREDICTIONS_HOME: server.dataDir } });
    assert.equal((await answersOf('my-run')).length, 6);
  });

  it('the curl lines of the README create a job and send a prediction', async () => {
    const readme = await readFile(path.join(root, 'README.md'), 'utf8');
    const script = /```sh\n(TOKEN=[\s\S]*?)```/.exec(readme)?.[1];
    assert.ok(script !== undefined, 'the README has a curl example');
    await runToSuccess('sh', ['-ec', script], {
      env: { FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey },
    });
    assert.deepEqual(await answersOf('curl-run'), ['Paris']);
  });
});
