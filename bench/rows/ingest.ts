/** Storing batches of 100 predictions, answered once they are safe on disk, against the database alone. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { score } from '../../src/model/textScores.ts';
import type { PredictionInput } from '../../src/wire/sentPrediction.ts';
import { median, report } from '../report.ts';
import { insertBatches } from '../support/bareInserts.ts';
import { prediction } from '../support/recordedRun.ts';
import { build, postBody, withFolder, withServer } from '../support/server.ts';

const batchSize = 100;
const writers = 4;
/**
 * Batches that come before those that are timed, as a training run sends thousands: after 100 of them the server's code
 * is still being compiled, and takes a third longer than after 600.
 */
const warmUp = 600;
const timed = 300;
const runs = 9;

await build();

/** What the recorded run's script sent. */
function withScores(n: number): PredictionInput {
  const { id: _id, job_id: _job, user_id: _user, created_at: _time, seq: _seq, ...sent } = prediction(n);
  return sent as PredictionInput;
}

/** What a script sends that leaves the scores to the server. */
function withoutScores(n: number): PredictionInput {
  const { epoch, step, sample_index, prompt, prediction: text, ground_truth = null } = prediction(n);
  return { epoch, step, sample_index, prompt, prediction: text, ground_truth };
}

/** What the server keeps of a row that came without scores. */
function filledIn(row: PredictionInput): PredictionInput {
  return row.ground_truth == null ? row : { ...row, ...score(row.prediction, row.ground_truth) };
}

async function measure(name: string, measured: string, row: (n: number) => PredictionInput): Promise<void> {
  const sent = Array.from({ length: warmUp + timed }, (_, batch) =>
    Array.from({ length: batchSize }, (__, index) => row(batch * batchSize + index)),
  );
  const bodies = sent.map((predictions) => JSON.stringify({ job_id: 'bench', predictions }));
  const kept = row === withScores ? sent : sent.map((batch) => batch.map(filledIn));
  const [ours, peer, http]: number[][] = [[], [], []];
  for (let run = 0; run < runs; run += 1) {
    ours?.push(rate(await withServer((server, { token }) => post(server.url, token, bodies))));
    peer?.push(rate(await withFolder((folder) => insertBatches(folder, kept, warmUp))));
    http?.push(rate(await withPlainServer((url) => post(url, 'none', bodies))));
  }
  report({
    name,
    measured: `POST of ${batchSize} predictions a batch, ${writers} writers, ${measured}`,
    unit: 'predictions/s',
    ours: ours ?? [],
    peer: {
      name: 'bare node:sqlite, the same rows, table and indexes, one transaction a batch',
      values: peer ?? [],
      paired: true,
    },
    target: { of: 'ratio', atLeast: 0.4 },
    more: { 'bare node:http and JSON.parse, nothing stored': Math.round(median(http ?? [])) },
  });
}

/** Predictions a second. */
function rate(milliseconds: number): number {
  return ((timed * batchSize) / milliseconds) * 1000;
}

/** Gives the ms that the timed batches took. */
async function post(url: string, token: string, bodies: readonly string[]): Promise<number> {
  await postAll(url, token, bodies.slice(0, warmUp));
  const start = performance.now();
  await postAll(url, token, bodies.slice(warmUp));
  return performance.now() - start;
}

async function postAll(url: string, token: string, bodies: readonly string[]): Promise<void> {
  const waiting = bodies.values();
  const write = async () => {
    for (const body of waiting) await postBody({ url }, { token }, body);
  };
  await Promise.all(Array.from({ length: writers }, write));
}

async function withPlainServer<T>(use: (url: string) => Promise<T>): Promise<T> {
  const file = path.join(import.meta.dirname, '../support/plainIngest.ts');
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface(child.stdout)) return await use(line);
    throw new Error('the bare server ended before it listened');
  } finally {
    child.kill();
  }
}

await measure('ingest', 'the server computes the scores', withoutScores);
await measure('ingest-with-scores', 'the scores are sent, as in the recorded run', withScores);
