import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { type ImportTask, runImportTask } from '../../src/import/importTask.ts';
import { exportText } from '../../src/panel/export/exportFormats.ts';
import { recognise } from '../../src/tables/columns.ts';
import type { Prediction } from '../../src/wire/prediction.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, type Fields, post, predictionsPath, readPredictions, request } from '../support/serverClient.ts';

const worker = path.join(import.meta.dirname, '../../src/import/importWorker.ts');

describe('what is imported, at the server', () => {
  let server: TestServer;
  let folder: string;

  before(async () => {
    server = await startServer();
    folder = mkdtempSync(path.join(tmpdir(), 'import-scores-'));
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  async function importText(jobId: string, text: string): Promise<Fields[]> {
    const file = path.join(folder, jobId);
    writeFileSync(file, text);
    const run = (task: ImportTask) => runImportTask(worker, task, () => {}, new AbortController().signal);
    const looked = await run({ type: 'look', path: file });
    assert.ok(looked.type === 'columns');
    const endpoint = { address: parseServerAddress(server.url), key: server.apiKey };
    await run({ type: 'import', path: file, mapping: recognise(looked.columns), endpoint, jobId, job: {} });
    return readPredictions(server, jobId, '?order=asc');
  }

  it('has the checkpoints and scores of the job that was exported, from either form', async () => {
    const job = await createJob(server);
    const rows = Array.from({ length: 6 }, (_, index) => ({
      ...{ epoch: index / 4, step: index * 10, sample_index: 0, prompt_id: 'p', completion_index: 0, restart: 0 },
      ...{ prompt: 'p', prediction: `a${index}`, ground_truth: 'a1', fluency: -0.5 },
      scores: { reward: index / 3, ok: index % 2 === 0, judge: null },
    }));
    assert.equal((await post(server, job, rows)).status, 200);
    const stored = await readPredictions(server, job.id, '?order=asc');
    const told = async (id: string) => {
      const { json } = await request(server, predictionsPath(id, '/trends?by=checkpoint'));
      return json['trends'];
    };
    // CSV has one form for null and for nothing.
    const given = ({ job_id: _, ...fields }: Fields) =>
      Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
    for (const format of ['jsonl', 'csv'] as const) {
      const pieces = [...exportText(() => stored as unknown as Prediction[], format)];
      const back = await importText(`from-${format}`, pieces.map(({ text }) => text).join(''));
      assert.deepEqual(back.map(given), stored.map(given), format);
      assert.deepEqual(await told(`from-${format}`), await told(job.id), format);
    }
  });

  it('has a checkpoint a step and a score a column of a table that a trainer left', async () => {
    const csv = 'step,prompt,completion,reward,format\n10,p,a,0.0,True\n10,p,b,1.0,False\n20,p,c,1e-05,True\n';
    const rows = await importText('trl', csv);
    assert.deepEqual(
      rows.map(({ epoch, step, reward, format }) => [epoch, step, reward, format]),
      [
        [0, 10, 0, true],
        [0, 10, 1, false],
        [0, 20, 0.00001, true],
      ],
    );
    const { json } = await request(server, predictionsPath('trl', '/trends?by=checkpoint&scores=reward,format'));
    const means = (json['trends'] as Record<'scores', Record<string, { mean: number }>>[]).map(({ scores }) => [
      scores['reward']?.mean,
      scores['format']?.mean,
    ]);
    assert.deepEqual(means, [
      [0.5, 0.5],
      [0.00001, 1],
    ]);
    const { json: listed } = await request(server, '/api/training/local/jobs');
    const job = (listed['jobs'] as Fields[]).find(({ id }) => id === 'trl');
    assert.equal(job?.['total_epochs'], null);
  });
});
