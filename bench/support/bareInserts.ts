/** The database alone: our tables and indexes of predictions, the rows that the server keeps there, and nothing but inserts. */
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { idKeyOf, newRowId } from '../../src/server/storage/rowIds.ts';
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
    batch.map((row) => {
      const id = newRowId();
      return { ...row, id, idKey: idKeyOf(id), content: JSON.stringify(row) };
    }),
  );
  const database = new DatabaseSync(path.join(folder, 'bare.sqlite'));
  makeTables(database, 0);
  database.exec('PRAGMA synchronous=FULL');
  const insert = database.prepare('INSERT INTO predictions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  let start = 0;
  let seq = 0;
  for (const [index, batch] of ready.entries()) {
    if (index === warmUp) start = performance.now();
    database.exec('BEGIN');
    for (const { epoch, step, sample_index, id, idKey, content } of batch) {
      seq += 1;
      insert.run(1, seq, epoch, sample_index, id, createdAt, content, step, idKey);
    }
    database.exec('COMMIT');
  }
  const time = performance.now() - start;
  database.close();
  return time;
}
