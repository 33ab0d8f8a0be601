/** Trends by checkpoint of a job of a million rows, once what came is added up, on both engines. */
import { PostgresServer } from '../../test/support/postgres.ts';
import type { TestServer } from '../../test/support/server.ts';
import { predictionsPath, request, type TestJob } from '../../test/support/serverClient.ts';
import { report } from '../report.ts';
import { build, postBody, withServer } from '../support/server.ts';

const [checkpoints, samples, completions] = [5000, 50, 4];
const rowsOfCheckpoint = samples * completions;
const scores = ['accuracy', 'bleu', 'format', 'judge', 'kl', 'length_penalty', 'reward', 'tests_passed'];
/** Checkpoints of a request. */
const atOnce = 25;
const runs = 7;

/** The rows of a checkpoint, as a run with several rewards sends them. */
function rows(checkpoint: number) {
  return Array.from({ length: rowsOfCheckpoint }, (_, n) => ({
    epoch: Math.floor(checkpoint / 2000),
    step: 10 * checkpoint,
    sample_index: Math.floor(n / completions),
    completion_index: n % completions,
    prompt: `prompt ${Math.floor(n / completions)}`,
    prediction: `answer ${n} at ${checkpoint}`,
    scores: Object.fromEntries(
      scores.map((name, place) => [name, ((n * 7 + checkpoint * 3 + place * 11) % 100) / 100]),
    ),
  }));
}

async function fillWith(server: TestServer, job: TestJob): Promise<void> {
  let next = 0;
  const write = async () => {
    while (next < checkpoints) {
      const start = next;
      next += atOnce;
      const predictions = Array.from({ length: atOnce }, (_, index) => rows(start + index)).flat();
      await postBody(server, job, JSON.stringify({ job_id: job.id, predictions }));
    }
  };
  await Promise.all([write(), write()]);
}

/** Seconds that `work` takes. */
async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function measure(server: TestServer, job: TestJob, name: string): Promise<void> {
  const filled = await seconds(() => fillWith(server, job));
  const path = predictionsPath(job.id, '/trends?by=checkpoint');
  const first = await seconds(() => request(server, path));
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    let bytes = 0;
    times.push(
      1000 *
        (await seconds(async () => {
          const { text } = await request(server, path);
          bytes = text.length;
        })),
    );
    if (bytes < 1_000_000) throw new Error(`the answer has ${bytes} bytes`);
  }
  report({
    name: `checkpoint-trends-${name}`,
    measured: `trends by checkpoint of ${checkpoints * rowsOfCheckpoint} rows, ${checkpoints} checkpoints, ${scores.length} scores, ${name}`,
    unit: 'ms',
    ours: times,
    target: { of: 'ours', atMost: 200 },
    more: { 'seconds until all was stored': filled, 'seconds of the first read': first },
  });
}

await build();
await withServer((server, job) => measure(server, job, 'sqlite'));
const postgres = await PostgresServer.start();
try {
  const url = await postgres.createDatabase();
  await withServer((server, job) => measure(server, job, 'postgresql'), [], { TRAINING_PREDICTIONS_DATABASE_URL: url });
} finally {
  await postgres.stop();
}
