/** Importing a large file of JSON Lines: how fast it is read and checked, and how fast and in how much memory it is a job. */
import { once } from 'node:events';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { runImportTask } from '../../src/import/importTask.ts';
import { checkTable, columnsOf } from '../../src/tables/checkedTable.ts';
import { recognise } from '../../src/tables/columns.ts';
import { openTable } from '../../src/tables/tableFile.ts';
import { predictionsPath, request } from '../../test/support/serverClient.ts';
import { report } from '../report.ts';
import { build, withFolder, withServer } from '../support/server.ts';

/** Of the file. */
const megabytes = Number(process.env['IMPORT_MEGABYTES'] ?? 1000);
const million = 1_000_000;
const samples = 512;
const completions = 4;
const words = 'the model answers with a sentence about orders whose parts are written as json and so on'.split(' ');
const worker = path.join(import.meta.dirname, '../../dist/importWorker.cjs');

await build();
await withFolder(async (folder) => {
  const file = path.join(folder, 'completions.jsonl');
  const count = await write(file);
  const size = statSync(file).size / million;
  const rate = async (read: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await read();
    return size / ((performance.now() - start) / 1000);
  };
  const bare = await rate(async () => {
    for await (const line of createInterface({ input: createReadStream(file) })) JSON.parse(line);
  });
  const table = await openTable(file);
  const mapping = recognise(await columnsOf(table));
  const checked = await rate(() => checkTable(table, mapping, () => {}));
  report({
    name: 'import-read',
    measured: `${Math.round(size)} MB of JSON Lines (${count.toLocaleString('en-US')} rows), read and checked for an import`,
    unit: 'MB/s',
    ours: [checked],
    peer: { name: 'node:readline + JSON.parse', values: [bare] },
    target: { of: 'ratio', atLeast: 0.15 },
  });
  global.gc?.();
  await withServer(async (server) => {
    const endpoint = { address: parseServerAddress(server.url), key: server.apiKey };
    const task = (jobId: string) => ({ type: 'import' as const, path: file, mapping, endpoint, jobId, job: {} });
    const before = process.memoryUsage.rss();
    let most = before;
    const watching = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 50);
    let steps = 0;
    const whole = await rate(() =>
      runImportTask(worker, task('whole'), () => (steps += 1), new AbortController().signal),
    );
    clearInterval(watching);
    const { json } = await request(server, predictionsPath('whole', '?limit=1'));
    if (json['total_count'] !== count) throw new Error(`${String(json['total_count'])} of ${count} are stored`);

    const stopped = new AbortController();
    let asked = 0;
    const stop = (share: number): void => {
      if (share < 0.6 || asked > 0) return;
      asked = performance.now();
      stopped.abort(new Error('stopped'));
    };
    await runImportTask(worker, task('stopped'), stop, stopped.signal).catch(() => {});
    const stopMs = performance.now() - asked;
    report({
      name: 'import-memory',
      measured: `memory of importing that file, above what the process has before it`,
      unit: 'MB',
      ours: [(most - before) / million],
      target: { of: 'ours', atMost: 300 },
      more: { megabytesPerSecond: Math.round(whole), progressSteps: steps, cancelledAfterMs: Math.round(stopMs) },
    });
  });
});

/** Completions of a trainer with two rewards. @returns how many rows */
async function write(file: string): Promise<number> {
  const out = createWriteStream(file);
  let [rows, bytes] = [0, 0];
  while (bytes < megabytes * million) {
    let piece = '';
    for (let row = 0; row < 1000; row += 1) piece += `${JSON.stringify(rowOf(rows + row))}\n`;
    rows += 1000;
    bytes += piece.length;
    if (!out.write(piece)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
  return rows;
}

function rowOf(place: number): Record<string, unknown> {
  const sample = Math.floor(place / completions) % samples;
  return {
    step: Math.floor(place / (samples * completions)) * 10,
    prompt: `Question ${sample}: ${text(sample, 30)}`,
    completion: text(place, 60),
    accuracy_reward: (place % 3) / 2,
    format_reward: place % 2,
    advantage: (place % 7) / 3 - 1,
  };
}

function text(seed: number, length: number): string {
  return Array.from({ length }, (_, at) => words[(seed * 7 + at * 13) % words.length]).join(' ');
}
