import assert from 'node:assert/strict';
import { ApiClient } from '../../src/api/client.ts';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { historyAnswer, jobsAnswer, samplesAnswer, trendsAnswer } from '../../src/assistant/answers.ts';
import { HeldJobReader, ServerJobReader } from '../../src/assistant/jobReader.ts';
import { type ToolAnswer, toolText } from '../../src/assistant/toolText.ts';
import { PredictionStore } from '../../src/store/predictionStore.ts';
import { prediction } from '../../src/wire/prediction.ts';
import { readSampleRun } from '../support/sampleRun.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, readPredictions } from '../support/serverClient.ts';

const run = readSampleRun().filter(({ epoch }) => epoch < 6);
const rateOf = (epoch: number, sample: number) =>
  run.find((row) => row.epoch === epoch && row.sample_index === sample)?.char_error_rate ?? Number.NaN;

/** The rows between the data tags. */
function dataOf(answer: Omit<ToolAnswer, 'source'>): Record<string, unknown>[] {
  const text = toolText({ source: 'here', ...answer });
  const data = /<data>\n([\s\S]*?)\n?<\/data>$/.exec(text)?.[1] ?? '';
  return data === '' ? [] : data.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('what an assistant is told of a job', () => {
  let server: TestServer;
  let held: HeldJobReader;
  let asked: ServerJobReader;

  before(async () => {
    server = await startServer();
    const job = await createJob(server, { model_name: 'orders', status: 'running' });
    for (let epoch = 0; epoch < 6; epoch += 1) {
      await post(
        server,
        job,
        run.filter((row) => row.epoch === epoch).map((row) => ({ ...row })),
      );
    }
    const store = new PredictionStore();
    for (const row of await readPredictions(server, job.id, '?limit=1000')) store.add(prediction.parse(row));
    held = new HeldJobReader(store);
    const endpoint = { address: parseServerAddress(server.url), key: server.apiKey };
    asked = new ServerJobReader(new ApiClient(endpoint), job.id, new AbortController().signal);
  });

  after(() => server?.stop());

  it('are the same trends whether the job is watched or not', async () => {
    const numbers = (rows: Record<string, unknown>[]) =>
      rows.map((row) => [row['epoch'], Number(row['avg_char_error_rate']).toFixed(9), row['sample_count']]);
    const fromServer = numbers(dataOf(await trendsAnswer(asked)));
    assert.deepEqual(numbers(dataOf(await trendsAnswer(held))), fromServer);
    assert.deepEqual(
      fromServer.map(([epoch]) => epoch),
      [5, 4, 3, 2, 1, 0],
    );
  });

  it('are the worst samples of an epoch, the newest one unless another is named', async () => {
    for (const reader of [held, asked]) {
      const rows = dataOf(await samplesAnswer(reader, { jobId: 'x', which: 'worst', limit: 3 }));
      const rates = run.filter(({ epoch }) => epoch === 5).map((row) => row.char_error_rate ?? 0);
      assert.deepEqual(
        rows.map((row) => row['charErrorRate']),
        rates.sort((a, b) => b - a).slice(0, 3),
      );
      const [named] = dataOf(await samplesAnswer(reader, { jobId: 'x', which: 'worst', epoch: 2, limit: 1 }));
      assert.equal(named?.['epoch'], 2);
    }
  });

  it('are the samples that regressed, with the answer of the epoch before', async () => {
    const expected = run
      .filter(({ epoch, sample_index }) => epoch === 5 && rateOf(5, sample_index) > rateOf(4, sample_index) + 1e-9)
      .map(({ sample_index }) => sample_index);
    assert.ok(expected.length > 0);
    for (const reader of [held, asked]) {
      const answer = await samplesAnswer(reader, { jobId: 'x', which: 'regressed', limit: 50 });
      assert.equal(answer.total, expected.length);
      const rows = dataOf(answer);
      assert.deepEqual(rows.map((row) => row['sampleIndex']).sort(), expected.sort());
      assert.deepEqual(Object.keys(rows[0]?.['before'] ?? {}), ['epoch', 'charErrorRate', 'prediction']);
    }
  });

  it('is the history of a sample, and that older epochs were left unread', async () => {
    const question = { jobId: 'x', sampleIndex: 7, limit: 2 };
    const [subject, ...rows] = dataOf(await historyAnswer(held, question));
    assert.equal(subject?.['sampleIndex'], 7);
    assert.deepEqual(
      rows.map((row) => row['epoch']),
      [5, 4],
    );
    const fromServer = await historyAnswer(asked, question);
    assert.deepEqual(dataOf(fromServer).slice(1), rows);
    assert.match(fromServer.facts.join(' '), /4 older epochs were not read/);
  });

  it('says what is there when something is asked for that is not', async () => {
    const none = await samplesAnswer(held, { jobId: 'x', which: 'worst', epoch: 99 });
    assert.match(none.facts.join(' '), /It has epochs 0 to 5/);
    assert.deepEqual(dataOf(none), []);
    assert.match((await historyAnswer(held, { jobId: 'x', sampleIndex: 999 })).facts.join(' '), /no such sample/);
  });

  it('lists active jobs first, and alone when asked to', () => {
    const listed = ['completed', 'running'].map((status) => ({
      server: 'local',
      job: { id: status, status },
      watched: false,
    }));
    assert.deepEqual(
      dataOf(jobsAnswer(listed, false)).map((row) => row['jobId']),
      ['running', 'completed'],
    );
    assert.equal(jobsAnswer(listed, true).total, 1);
  });
});
