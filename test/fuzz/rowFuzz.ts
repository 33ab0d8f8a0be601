/** Sends odd rows the ways that rows come, into the real store, and out of it again. */
import assert from 'node:assert/strict';
import { readPrediction } from '../../src/wire/prediction.ts';
import { SchemaError } from '../../src/wire/schema.ts';
import { eventually } from '../support/eventually.ts';
import { partOne, startPartOneServer } from '../support/partOneServer.ts';
import { randomOf } from '../support/random.ts';
import type { TestServer } from '../support/server.ts';
import { createJob, openStream, postText, readPredictions } from '../support/serverClient.ts';
import { type Watched, watch } from '../support/watching.ts';
import { type OddRow, oddRow } from './oddRows.ts';
import { exportAndImport, showAll } from './rowChecks.ts';

/** ms; the machine may be slow and shared. */
const patience = 60_000;
/** What the server sets, and texts and epochs that it makes of others. */
const serverFields = ['id', 'job_id', 'user_id', 'created_at', 'seq', 'timestamp'];
const scores = ['exact_match', 'char_error_rate', 'length_ratio', 'word_overlap', 'score_skipped'];

export interface RowFuzzResult {
  readonly rows: number;
  readonly held: number;
  readonly unreadable: number;
}

function oddRows(seed: number, count: number): OddRow[] {
  return Array.from({ length: count }, (_, index) => oddRow(randomOf(seed * 1_000_003 + index), index));
}

/** Rows of a part-1 server, which sends what it wants: half of them in its pages, half live. */
export async function fuzzPartOneRows(seed: number, count: number): Promise<RowFuzzResult> {
  const server = await startPartOneServer({ seed, heartbeat: 500, behaviour: partOne() });
  const jobId = 'job';
  server.store.create(jobId);
  const sent = new Map<string, string>();
  let readable = 0;
  const insert = (row: OddRow): void => {
    // What the server sets comes last, and wins.
    const [stored] = server.store.insert(jobId, [
      { ...server.raw.members(row.text.slice(1, -1)), epoch: row.epoch, sample_index: row.sample },
    ]);
    if (stored === undefined) throw new Error('nothing was inserted');
    const written = server.raw.written(JSON.stringify(stored));
    sent.set(stored.id, written);
    if (isReadable(written) && levelsOf(written) <= 100) readable += 1;
  };
  const rows = oddRows(seed, count);
  for (const row of rows.slice(0, count / 2)) insert(row);
  const watched = watch(server, jobId, { heartbeat: 60_000, pollInterval: 1000 });
  try {
    await watched.catchesUp();
    for (const row of rows.slice(count / 2)) insert(row);
    await holds(watched, readable, count - readable);
    showAll(watched.session.store);
    await exportAndImport(watched.session.store, sent, new Set(serverFields));
    return { rows: count, held: readable, unreadable: count - readable };
  } finally {
    watched.session.dispose();
    await server.close();
  }
}

/** Rows for the local server, which refuses some: half of them before the watch, half live. */
export async function fuzzServerRows(server: TestServer, seed: number, count: number): Promise<RowFuzzResult> {
  const job = await createJob(server);
  const accepted: string[] = [];
  const send = async (row: OddRow): Promise<void> => {
    const body = `{"job_id":${JSON.stringify(job.id)},"predictions":[${row.text}]}`;
    const { status, text } = await postText(server, job.token, body);
    assert.ok(status === 200 || status === 400, `${status} ${text}`);
    if (levelsOf(row.text) > 100) assert.equal(status, 400, 'too deep');
    if (status === 200) accepted.push(row.text);
  };
  const rows = oddRows(seed, count);
  for (const row of rows.slice(0, count / 2)) await send(row);
  const watched = watch(server, job.id, { heartbeat: 60_000 });
  try {
    await watched.catchesUp();
    for (const row of rows.slice(count / 2)) await send(row);
    await holds(watched, accepted.length, 0);
    const sent = new Map<string, string>();
    for (let after = 0; after < accepted.length; after += 1000) {
      for (const { id, seq } of await readPredictions(server, job.id, `?after=${after}&limit=1000`)) {
        sent.set(String(id), accepted[Number(seq) - 1] ?? '');
      }
    }
    const stream = await openStream(server, job.id, { lastEventId: '0' });
    await stream.until(({ predictions }) => predictions.length === accepted.length, patience);
    stream.close();
    showAll(watched.session.store);
    await exportAndImport(watched.session.store, sent, new Set([...serverFields, ...scores]));
    return { rows: count, held: accepted.length, unreadable: 0 };
  } finally {
    watched.session.dispose();
  }
}

function isReadable(json: string): boolean {
  try {
    readPrediction(JSON.parse(json));
    return true;
  } catch (error) {
    if (error instanceof SchemaError) return false;
    throw error;
  }
}

/** Of names that come twice the last one counts. */
function levelsOf(json: string): number {
  let [levels, level] = [0, [JSON.parse(json)] as unknown[]];
  for (;;) {
    level = level.filter((value) => typeof value === 'object' && value !== null);
    if (level.length === 0) return levels;
    levels += 1;
    level = level.flatMap((value) => Object.values(value as object) as unknown[]);
  }
}

async function holds({ session }: Watched, held: number, unreadable: number): Promise<void> {
  const isThere = () => session.store.size === held && session.unreadable.rows === unreadable && session.caughtUp;
  try {
    await eventually(`${held} rows and ${unreadable} unreadable`, () => isThere() || undefined, patience);
  } catch (cause) {
    throw new Error(`there are ${session.store.size} and ${session.unreadable.rows}, ${session.problem}`, { cause });
  }
  const inEpochs = session.store.epochs().reduce((sum, { prediction_count }) => sum + prediction_count, 0);
  assert.equal(inEpochs, held, 'rows in epochs');
}
