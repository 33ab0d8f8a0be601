/** The database alone: our tables and indexes of predictions, and nothing but inserts. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeTables } from '../../src/server/storage/sqlite/schema.ts';
import type { PredictionInput } from '../../src/wire/sentPrediction.ts';

/** One transaction a batch, each waited for until it is on the disk. Gives the ms that those after `warmUp` took. */
export function insertBatches(
  folder: string,
  batches: readonly (readonly PredictionInput[])[],
  warmUp: number,
): number {
  const createdAt = new Date().toISOString();
  const ready = batches.map((batch) =>
    batch.map((row) => ({ ...row, id: randomUUID(), content: JSON.stringify(row) })),
  );
  const database = new DatabaseSync(path.join(folder, 'bare.sqlite'));
  makeTables(database, 0);
  database.exec('PRAGMA synchronous=FULL');
  // Without keys of ids, which only a server needs that takes rows again.
  const insert = database.prepare(
    `INSERT INTO predictions (job, seq, epoch, sample_index, id, created_at, content, step)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  let start = 0;
  let seq = 0;
  for (const [index, batch] of ready.entries()) {
    if (index === warmUp) start = performance.now();
    database.exec('BEGIN');
    for (const { epoch, step, sample_index, id, content } of batch) {
      seq += 1;
      insert.run(1, seq, epoch, sample_index, id, createdAt, content, step);
    }
    database.exec('COMMIT');
  }
  const time = performance.now() - start;
  database.close();
  return time;
}
