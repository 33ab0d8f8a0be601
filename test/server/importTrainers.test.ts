import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { type ImportReport, type ImportTask, runImportTask } from '../../src/import/importTask.ts';
import { missingRoles, recognise } from '../../src/tables/columns.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Fields, predictionsPath, readPredictions, request } from '../support/serverClient.ts';

const worker = path.join(import.meta.dirname, '../../src/import/importWorker.ts');
const files = path.join(import.meta.dirname, '../support/trainerFiles');

describe('what trainers leave behind, imported', () => {
  let server: TestServer;
  let folder: string;

  before(async () => {
    server = await startServer();
    folder = mkdtempSync(path.join(tmpdir(), 'import-trainers-'));
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const run = (task: ImportTask): Promise<ImportReport> =>
    runImportTask(worker, task, () => {}, new AbortController().signal);

  /** As the command does it where nothing has to be asked. */
  async function importPaths(
    jobId: string,
    ...paths: string[]
  ): Promise<{ rows: Fields[]; notes: string[]; job: Fields }> {
    const looked = await run({ type: 'look', path: paths });
    assert.ok(looked.type === 'columns');
    const mapping = looked.tables.map(({ columns }) => ({ columns, mapping: recognise(columns) }));
    assert.deepEqual(
      mapping.flatMap((one) => missingRoles(one.mapping)),
      [],
    );
    const endpoint = { address: parseServerAddress(server.url), key: server.apiKey };
    const report = await run({ type: 'import', path: paths, mapping, endpoint, jobId, job: { model_name: jobId } });
    assert.ok(report.type === 'imported');
    const rows = await readPredictions(server, jobId, '?order=asc&limit=1000');
    assert.equal(rows.length, report.count);
    const { json } = await request(server, '/api/training/local/jobs?limit=100');
    const job = (json['jobs'] as Fields[]).find(({ id }) => id === jobId) ?? {};
    assert.equal(job['status'], 'completed');
    const { imported } = job['config'] as { imported: { files: number; predictions: number; notes: string[] } };
    assert.deepEqual([imported.files, imported.predictions], [report.files, report.count]);
    return { rows, notes: imported.notes, job };
  }
  const told = async (jobId: string, rest: string, name: string): Promise<Fields[]> =>
    (await request(server, predictionsPath(jobId, rest))).json[name] as Fields[];
  const only = (rows: readonly Fields[], ...names: string[]) => rows.map((row) => names.map((name) => row[name]));
  /** Means and counts of some scores at each checkpoint. */
  const means = async (jobId: string, ...names: string[]) => {
    const trends = await told(jobId, `/trends?by=checkpoint&scores=${names.join(',')}`, 'trends');
    return trends.map(({ epoch, step, scores }) => {
      const of = scores as Record<string, { mean: number | null; count: number }>;
      return [epoch, step, ...names.map((name) => of[name]?.mean ?? null)];
    });
  };

  it('are a job of TRL’s folder of completions: a checkpoint a file, completions of samples, rewards', async () => {
    const { rows, notes } = await importPaths('grpo', path.join(files, 'grpo'));
    assert.deepEqual(notes, []);
    const groups = [10, 20, 100].flatMap((step) => [0, 0, 0, 1, 1, 1].map((sample) => [0, step, sample]));
    assert.deepEqual(only(rows, 'epoch', 'step', 'sample_index'), groups);
    assert.deepEqual(only(rows.slice(0, 3), 'prompt', 'prediction', 'accuracy_reward', 'format_reward', 'advantage'), [
      ['What is 0 + 0?', '<think>hm</think>0', 1, 0.5, 0.5],
      ['What is 0 + 0?', '<think>hm</think>no idea', 0, null, -0.25],
      ['What is 0 + 0?', '<think>hm</think>no idea', 0, 0.25, -0.25],
    ]);
    const checkpoints = await told('grpo', '/checkpoints', 'checkpoints');
    assert.deepEqual(only(checkpoints, 'epoch', 'step', 'prediction_count', 'sample_count', 'superseded_count'), [
      [0, 10, 6, 2, 0],
      [0, 20, 6, 2, 0],
      [0, 100, 6, 2, 0],
    ]);
    assert.deepEqual(await means('grpo', 'accuracy_reward', 'format_reward'), [
      [0, 10, 1 / 3, 0.375],
      [0, 20, 2 / 3, 0.375],
      [0, 100, 1, 0.375],
    ]);
  });

  it('are the same job of the same files, named one by one in another order', async () => {
    const paths = [100, 20, 10].map((step) =>
      path.join(files, `grpo/completions/completions_${String(step).padStart(5, '0')}.parquet`),
    );
    const { rows } = await importPaths('grpo-files', ...paths);
    const all = await readPredictions(server, 'grpo', '?order=asc');
    const without = ({ id: _, job_id: __, created_at: ___, ...row }: Fields) => row;
    assert.deepEqual(rows.map(without), all.map(without));
  });

  it('are chats in Parquet, with all digits of their numbers', async () => {
    const { rows } = await importPaths('chats', path.join(files, 'chats/completions_00005.parquet'));
    assert.deepEqual(only(rows, 'step', 'prompt', 'prediction', 'messages', 'answer', 'created_at'), [
      [
        5,
        'q0',
        'a0',
        [{ content: 'q0', role: 'user' }],
        [{ content: 'a0', role: 'assistant' }],
        '2026-08-01T10:00:00.000Z',
      ],
      [
        5,
        'q1',
        'a1',
        [{ content: 'q1', role: 'user' }],
        [{ content: 'a1', role: 'assistant' }],
        '2026-08-01T10:00:01.000Z',
      ],
    ]);
    const { text } = await request(server, predictionsPath('chats'));
    assert.deepEqual(text.match(/"seed":-?\d+/g), ['"seed":9223372036854775807', '"seed":-9223372036854775808']);
  });

  it('are a job of verl’s rollouts and validations: sources by their folders, truths, scores, NaN', async () => {
    const { rows, job } = await importPaths('verl', path.join(files, 'verl'));
    assert.deepEqual(
      only(rows, 'step', 'sample_source').filter((_, at) => at % 4 === 0),
      [
        [0, 'val'],
        [1, 'train'],
        [2, 'train'],
        [2, 'val'],
      ],
    );
    assert.deepEqual(
      only(rows.slice(0, 4), 'sample_index', 'prompt', 'prediction', 'ground_truth', 'score', 'acc', 'format'),
      [
        [0, 'user\nq0\nassistant\n', 'a0', 'a0', 1, true, 1],
        [0, 'user\nq0\nassistant\n', 'a1', 'a0', 0, false, 1],
        [1, 'user\nq1\nassistant\n', 'a0', 'a1', 0, false, 1],
        [1, 'user\nq1\nassistant\n', 'a1', 'a1', 1, true, 1],
      ],
    );
    assert.equal(job['nonfinite_values'], 2);
    assert.equal((job['config'] as Fields)['deciding_score'], 'score');
    assert.deepEqual(await means('verl', 'score', 'acc', 'exact_match'), [
      [0, 0, 0.5, 0.5, 0.5],
      [0, 1, 0.5, 0.5, 0.5],
      // Of the sample whose value was NaN the other completion is left.
      [0, 2, 0.25, 0.5, 0.5],
    ]);
    const checkpoints = await told('verl', '/checkpoints', 'checkpoints');
    assert.deepEqual(only(checkpoints, 'step', 'prediction_count', 'sample_count'), [
      [0, 4, 2],
      [1, 4, 2],
      [2, 8, 4],
    ]);
  });

  it('are a job of Axolotl’s table: an epoch an evaluation, ids as samples', async () => {
    const { rows, job } = await importPaths('axolotl', path.join(files, 'axolotl/PredictionsVsGroundTruth.json'));
    assert.deepEqual(only(rows, 'epoch', 'step', 'sample_index', 'prediction', 'ground_truth', 'exact_match'), [
      [1, 1, 0, '?', '0', 0],
      [1, 1, 1, '?', '1', 0],
      [2, 2, 0, '0', '0', 1],
      [2, 2, 1, '?', '1', 0],
      [3, 3, 0, '0', '0', 1],
      [3, 3, 1, '1', '1', 1],
    ]);
    assert.equal(job['total_epochs'], 3);
    assert.deepEqual(await means('axolotl', 'exact_match'), [
      [1, 1, 0],
      [2, 2, 0.5],
      [3, 3, 1],
    ]);
  });

  it('are a job of the harness’s logs: tasks as sources, choices, filters as scores', async () => {
    const { rows, notes, job } = await importPaths('harness', path.join(files, 'harness'));
    assert.deepEqual(only(rows, 'sample_source', 'epoch', 'sample_index', 'prediction', 'ground_truth'), [
      ['arc_easy', 1, 0, ' blue', ' blue'],
      ['arc_easy', 1, 1, ' red', ' blue'],
      ['gsm8k', 1, 0, '18', '18'],
      ['gsm8k', 1, 1, '[invalid]', '18'],
      ['gsm8k', 1, 2, '18', '18'],
    ]);
    assert.deepEqual(rows[1]?.['scores'], { log_likelihood: -0.5, log_likelihood_0: -0.5, log_likelihood_1: -3.5 });
    assert.deepEqual(rows[3]?.['scores'], { 'exact_match,strict-match': 0, 'exact_match,flexible-extract': 1 });
    const [checkpoint, ...others] = await told('harness', '/checkpoints', 'checkpoints');
    assert.deepEqual([checkpoint?.['prediction_count'], checkpoint?.['sample_count'], others.length], [5, 5, 0]);
    assert.deepEqual(await means('harness', 'acc', 'exact_match'), [[1, 1, 0.5, 0.6]]);
    assert.equal((job['config'] as Fields)['deciding_score'], 'acc');
    assert.equal(notes.length, 2);
    assert.match(
      notes.join(' '),
      /results_2026.* is left out: no columns.*Lines of other filters are scores.*3 \(strict-match/,
    );
  });

  it('are refused with the file’s name, the line and the column, and nothing of the others is imported', async () => {
    const copy = path.join(folder, 'run');
    cpSync(path.join(files, 'verl/rollouts'), copy, { recursive: true });
    writeFileSync(
      path.join(copy, '3.jsonl'),
      '{"input":"q","output":"a","score":1,"step":3}\n{"input":"q","output":"a","score":1,"step":"x"}\n',
    );
    await assert.rejects(
      importPaths('broken', copy),
      /^FileNotImportedError: 3\.jsonl: Line 2, column “step”: expected a whole number from 0 on, got "x"$/,
    );
    assert.equal((await request(server, predictionsPath('broken'))).status, 404);
  });

  it('are shown before they are imported where their columns had to be told', async () => {
    const file = path.join(folder, 'odd.csv');
    writeFileSync(file, 'text,reply,gold,iteration\np,a,t,7\nq,b,u,7\np,c,t,8\nq,d,u,8\n');
    const columns = ['text', 'reply', 'gold', 'iteration'];
    const mapping = {
      ...recognise(columns),
      roles: { prompt: 'text', prediction: 'reply', ground_truth: 'gold', step: 'iteration' },
    };
    const report = await run({ type: 'preview', path: file, table: { columns, mapping } });
    assert.deepEqual(report, {
      type: 'preview',
      rows: [
        { prompt: 'p', prediction: 'a', groundTruth: 't', epoch: 0, step: 7, sampleIndex: 0 },
        { prompt: 'q', prediction: 'b', groundTruth: 'u', epoch: 0, step: 7, sampleIndex: 1 },
        { prompt: 'p', prediction: 'c', groundTruth: 't', epoch: 0, step: 8, sampleIndex: 0 },
      ],
    });
  });
});
