import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { FileNotImportedError, runImportTask } from '../../src/import/importTask.ts';
import { recognise } from '../../src/tables/columns.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Fields, predictionsPath, readPredictions, request, sample } from '../support/serverClient.ts';

const worker = path.join(import.meta.dirname, '../../src/import/importWorker.ts');
const count = 20_000;

describe('a file on its way into a server', () => {
  let server: TestServer;
  let folder: string;
  let file: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'import-'));
    file = path.join(folder, 'long.jsonl');
    const row = (index: number) =>
      JSON.stringify(sample({ epoch: Math.floor(index / 100), sample_index: index % 100 }));
    writeFileSync(file, `${Array.from({ length: count }, (_, index) => row(index)).join('\n')}\n`);
    server = await startServer();
  });

  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  const send = (jobId: string, progress: (share: number) => void, signal: AbortSignal, path = file) =>
    runImportTask(
      worker,
      {
        type: 'import',
        path,
        mapping: recognise(['epoch', 'step', 'sample_index', 'prompt', 'prediction']),
        endpoint: { address: parseServerAddress(server.url), key: server.apiKey },
        jobId,
        job: { model_name: 'long' },
      },
      progress,
      signal,
    );

  const jobIds = async () => {
    const { json } = await request(server, '/api/training/local/jobs');
    return (json['jobs'] as Fields[]).map(({ id }) => id);
  };

  it('is a finished job at the end, with progress on the way', async () => {
    const shares: number[] = [];
    const report = await send('whole', (share) => shares.push(share), new AbortController().signal);
    assert.deepEqual(report, { type: 'imported', count, files: 1, notes: [] });
    assert.ok(shares.length > 5 && shares.every((share, index) => share > (shares[index - 1] ?? 0) && share <= 1));
    const { json } = await request(server, '/api/training/local/jobs');
    const [job] = json['jobs'] as Fields[];
    assert.deepEqual([job?.['status'], job?.['model_name'], job?.['total_epochs']], ['completed', 'long', count / 100]);
    assert.equal((await request(server, predictionsPath('whole', '?limit=1'))).json['total_count'], count);
    assert.equal((await readPredictions(server, 'whole', '?epoch=199&limit=1000')).length, 100);
  });

  it('says of a column that is nearly called like a field that it is kept as it is', async () => {
    const misspelt = path.join(folder, 'misspelt.jsonl');
    writeFileSync(misspelt, `${JSON.stringify({ ...sample(), ground_thruth: 'x', char_error_rat: 0.5 })}\n`);
    const report = await send('misspelt', () => {}, new AbortController().signal, misspelt);
    const notes = [
      { kind: 'misspelt', column: 'ground_thruth', field: 'ground_truth' },
      { kind: 'misspelt', column: 'char_error_rat', field: 'char_error_rate' },
    ];
    assert.deepEqual(report, { type: 'imported', count: 1, files: 1, notes });
  });

  it('leaves nothing when it is cancelled while it is sent', async () => {
    const cancelled = new AbortController();
    const reason = new Error('cancelled');
    const sending = send('cancelled', (share) => share > 0.6 && cancelled.abort(reason), cancelled.signal);
    await assert.rejects(sending, reason);
    // The next one waits for the same storage, so what was broken off is over by then.
    await send('after', () => {}, new AbortController().signal);
    assert.ok(!(await jobIds()).includes('cancelled'));
  });

  it('leaves nothing of a file whose last row does not fit, and names it', async () => {
    const broken = path.join(folder, 'broken.jsonl');
    writeFileSync(broken, `${JSON.stringify(sample())}\n${JSON.stringify(sample({ epoch: -1 }))}\n`);
    await assert.rejects(
      send('broken', () => {}, new AbortController().signal, broken),
      (error) => {
        assert.ok(error instanceof FileNotImportedError);
        assert.match(error.message, /^Line 2, column “epoch”: /);
        return true;
      },
    );
    assert.ok(!(await jobIds()).includes('broken'));
  });

  it('says what the server says when it refuses', async () => {
    await assert.rejects(
      send('whole', () => {}, new AbortController().signal),
      /There is a job of this id/,
    );
  });

  it('says so when there is no such file', async () => {
    const missing = path.join(folder, 'missing');
    await assert.rejects(
      send('missing', () => {}, new AbortController().signal, missing),
      FileNotImportedError,
    );
  });
});
