/**
 * Makes the databases beside this file with a server of the first edition, the last commit of which is 9d5f8eb:
 * `node make.ts CHECKOUT_OF_THAT_COMMIT`.
 */
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { PostgresServer } from '../postgres.ts';
import { startServer } from '../server.ts';
import { createJob, request } from '../serverClient.ts';
import { batches, imported, keyedBatch, send, told } from './requests.ts';

const [checkout = ''] = process.argv.slice(2);
const entry = path.join(checkout, 'src/server/main.ts');
const folder = mkdtempSync(path.join(tmpdir(), 'first-edition-'));

/** @returns what the server answers */
async function fill(env: Record<string, string>): Promise<Record<string, string>> {
  const server = await startServer({ entry, dataDir: folder, env });
  for (const [job_id, predictions] of Object.entries(batches)) {
    const { token } = await createJob(server, { job_id, model_name: 'm', config: { lr: 1 } });
    await send(server, token, 'predictions', { job_id, predictions });
    if (job_id !== 'steps') continue;
    await send(server, token, 'predictions', keyedBatch, 'first');
    await send(server, token, 'metrics', { job_id, metrics: [{ step: 1, train_loss: 0.5 }] });
  }
  const body = imported.map((row) => JSON.stringify(row)).join('\n');
  await request(server, '/api/training/local/jobs/imported/import', { method: 'POST', body });
  for (const method of ['none', 'DELETE']) {
    const { token } = await createJob(server, { job_id: 'again' });
    await send(server, token, 'predictions', { job_id: 'again', predictions: [...imported] });
    if (method === 'DELETE') continue;
    await request(server, '/api/training/local/jobs/again', { method: 'DELETE' });
  }
  const answers = await told(server);
  await server.stop();
  return answers;
}

const sqlite = await fill({});
// All of it into the one file.
const file = path.join(folder, 'predictions.db');
const database = new DatabaseSync(file);
database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
database.close();
const copy = path.join(folder, 'copy.db');
copyFileSync(file, copy);

const postgres = await PostgresServer.start();
const url = await postgres.createDatabase();
const postgresql = await fill({ TRAINING_PREDICTIONS_DATABASE_URL: url });
const schema = readFileSync(path.join(checkout, 'src/server/storage/postgres/schema.ts'), 'utf8');
const tables = [...schema.matchAll(/^ {2}`\n([\s\S]*?)^ {2}`,$/gm)].map(([, sql = '']) => sql);
let script = `CREATE SCHEMA training_predictions;\n${tables.join('')}
  CREATE TABLE training_predictions.schema_version (version INTEGER NOT NULL);\n`;
for (const table of ['jobs', 'retired', 'predictions', 'epochs', 'metrics', 'batches', 'schema_version']) {
  const [row] = await postgres.ask(
    `SELECT coalesce(json_agg(t), '[]') AS rows FROM training_predictions.${table} AS t`,
    url,
  );
  const rows = JSON.stringify(row?.['rows']).replaceAll("'", "''");
  script += `INSERT INTO training_predictions.${table} OVERRIDING SYSTEM VALUE
    SELECT * FROM json_populate_recordset(NULL::training_predictions.${table}, '${rows}');\n`;
}
script += `SELECT setval(pg_get_serial_sequence('training_predictions.jobs', 'number'), 100);
  SELECT setval(pg_get_serial_sequence('training_predictions.metrics', 'number'), 100);\n`;
await postgres.stop();

const write = (name: string, bytes: string | Buffer) =>
  writeFileSync(path.join(import.meta.dirname, name), gzipSync(bytes, { level: 9 }));
write('sqlite.db.gz', readFileSync(copy));
write('postgresql.sql.gz', script);
write('answers.json.gz', JSON.stringify({ sqlite, postgresql }));
