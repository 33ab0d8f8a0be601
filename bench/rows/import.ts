/** Importing a large file of JSON Lines: how fast it is read and checked, and how fast and in how much memory it is a job. */
import { createReadStream, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { RowSource, start } from '../../src/follow/files/fileRows.ts';
import { openRunFile } from '../../src/follow/files/runFile.ts';
import { runImportTask } from '../../src/import/importTask.ts';
import { checkTable, columnsOf } from '../../src/tables/checkedTable.ts';
import { recognise } from '../../src/tables/columns.ts';
import { openTable } from '../../src/tables/tableFile.ts';
import { parquetOf } from '../../test/support/parquet.ts';
import { predictionsPath, request } from '../../test/support/serverClient.ts';
import { compare, report } from '../report.ts';
import { completionRow, writeCompletions } from '../support/completionsFile.ts';
import { build, withFolder, withServer } from '../support/server.ts';

/** Of the file. */
const megabytes = Number(process.env['IMPORT_MEGABYTES'] ?? 1000);
const million = 1_000_000;
/** Of a file of Parquet: trainers write hundreds at a time. */
const parquetRows = 20_000;
const worker = path.join(import.meta.dirname, '../../dist/importWorker.cjs');

await build();
await withFolder(async (folder) => {
  const file = path.join(folder, 'completions.jsonl');
  const count = await writeCompletions(file, megabytes);
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
  await readsParquet(path.join(folder, 'completions.parquet'));
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

/** A file of Parquet as a follower reads it, row by row, beside the library alone. */
async function readsParquet(name: string): Promise<void> {
  const rows = Array.from({ length: parquetRows }, (_, n) => completionRow(n));
  writeFileSync(
    name,
    parquetOf({
      step: rows.map(({ step }) => BigInt(step)),
      prompt: rows.map(({ prompt }) => prompt),
      completion: rows.map(({ completion }) => completion),
      accuracy_reward: rows.map((row) => row.accuracy_reward),
      format_reward: rows.map((row) => row.format_reward + 0.5),
      advantage: rows.map(({ advantage }) => advantage),
    }),
  );
  const size = statSync(name).size / million;
  const rate = async (read: () => Promise<number>): Promise<number> => {
    const start = performance.now();
    const count = await read();
    if (count !== parquetRows) throw new Error(`${count} of ${parquetRows} rows were read`);
    return size / ((performance.now() - start) / 1000);
  };
  await compare({
    name: 'parquet-read',
    measured: `${size.toFixed(1)} MB of Parquet (${parquetRows.toLocaleString('en-US')} rows), read row by row as they are followed`,
    unit: 'MB/s',
    runs: 21,
    target: { of: 'ratio', atLeast: 0.5 },
    ours: () =>
      rate(async () => {
        const file = await openRunFile(name);
        if (file === undefined) throw new Error('There is no file');
        let count = 0;
        for await (const group of new RowSource(file, 'parquet', true).rows(start)) count += group.length;
        await file.handle.close();
        return count;
      }),
    peer: {
      name: 'hyparquet',
      run: () =>
        rate(async () => {
          const file = await asyncBufferFromFile(name);
          return (await parquetReadObjects({ file, compressors })).length;
        }),
    },
  });
}
