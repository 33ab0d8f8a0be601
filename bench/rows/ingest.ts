/** Storing batches of 100 predictions, answered after the commit, against the database alone. */
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { compare } from '../report.ts';
import { prediction } from '../support/recordedRun.ts';
import { build, postBody, withFolder, withServer } from '../support/server.ts';

const batches = 200;
const batchSize = 100;
const writers = 4;

await build();

/** What a script sends: no scores, the server computes them. */
const rows = Array.from({ length: batches }, (_, batch) =>
  Array.from({ length: batchSize }, (_, index) => {
    const { epoch, step, sample_index, prompt, prediction: text, ground_truth } = prediction(batch * batchSize + index);
    return { epoch, step, sample_index, prompt, prediction: text, ground_truth };
  }),
);
const bodies = rows.map((predictions) => JSON.stringify({ job_id: 'bench', predictions }));
const texts = rows.map((predictions) => predictions.map((row) => JSON.stringify(row)));

/** Predictions a second. */
const rate = (start: number) => ((batches * batchSize) / (performance.now() - start)) * 1000;

await compare({
  name: 'ingest',
  measured: `POST of ${batchSize} predictions a batch, ${writers} writers, scores computed`,
  unit: 'predictions/s',
  runs: 5,
  target: { of: 'ratio', atLeast: 0.4 },
  ours: () =>
    withServer(async (server, job) => {
      const waiting = [...bodies];
      const start = performance.now();
      const write = async () => {
        for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) await postBody(server, job, body);
      };
      await Promise.all(Array.from({ length: writers }, write));
      return rate(start);
    }),
  peer: {
    name: 'bare node:sqlite, one transaction a batch',
    run: () =>
      withFolder((folder) => {
        const database = new DatabaseSync(path.join(folder, 'bare.sqlite'));
        database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
        database.exec('CREATE TABLE predictions (seq INTEGER PRIMARY KEY, epoch INTEGER, step INTEGER, content TEXT)');
        const insert = database.prepare('INSERT INTO predictions (epoch, step, content) VALUES (?, ?, ?)');
        const start = performance.now();
        for (const batch of texts) {
          database.exec('BEGIN');
          for (const text of batch) insert.run(1, 1, text);
          database.exec('COMMIT');
        }
        const figure = rate(start);
        database.close();
        return figure;
      }),
  },
});
