/** A million predictions in one job, many jobs, many watches, a day of events: what the extension host does of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { Differences } from '../../src/panel/differences.ts';
import { writeExport } from '../../src/panel/exportFile.ts';
import { allRows } from '../../src/panel/exportRows.ts';
import { SampleView } from '../../src/panel/sampleView.ts';
import { TableView } from '../../src/panel/tableView.ts';
import { TrendsView } from '../../src/panel/trendsView.ts';
import { readEventStream } from '../../src/stream/eventStream.ts';
import { readEvent } from '../../src/watch/events.ts';
import { JobListing } from '../../src/watch/jobListing.ts';
import type { PredictionStore } from '../../src/watch/predictionStore.ts';
import { createJob } from '../../test/support/serverClient.ts';
import { watch } from '../../test/support/watching.ts';
import { heldMemory, report } from '../report.ts';
import { largeText } from '../support/largeRun.ts';
import { build, withFolder, withServer } from '../support/server.ts';
import { filledStore, firstView } from '../support/stores.ts';

const many = 1_000_000;
const megabyte = 1024 * 1024;
const runs = 5;

await build();
await aMillion();
await jobsAndWatches();
await aDay();
process.exit();

async function aMillion(): Promise<void> {
  const store = await filledStore(many);
  const differences = new Differences(path.join(import.meta.dirname, '../../dist/differenceWorker.cjs'), () => {});
  const newest = store.newestEpoch ?? 0;
  const table = new TableView(store, firstView);
  const sample = new SampleView(store, differences);
  const actions = {
    page: { told: 'a page in the middle', atMost: 50, act: (run: number) => paged(store, many / 2 + run * 10) },
    'epoch-filter': {
      told: 'the first page of another epoch',
      atMost: 50,
      act: (run: number) => {
        table.show({ ...firstView, epoch: newest - 1000 * (run + 2) }, null);
        return table.page();
      },
    },
    'sample-switch': {
      told: 'the 200 newest of the 20,000 answers to another sample',
      atMost: 200,
      act: (run: number) => sample.message({ ...firstView, sample: run + 2 }),
    },
    trends: {
      told: 'all 20,000 epochs for the charts',
      atMost: 200,
      act: () => new TrendsView(store).message([], null),
    },
  };
  for (const [name, { told, atMost, act }] of Object.entries(actions)) {
    const times: number[] = [];
    for (let run = -1; run < runs; run += 1) {
      const start = performance.now();
      JSON.stringify(act(run));
      if (run >= 0) times.push(performance.now() - start);
      await sleep(1);
    }
    report({
      name: `million-${name}`,
      measured: `${told}, 1,000,000 held`,
      unit: 'ms',
      ours: times,
      target: { of: 'ours', atMost },
    });
  }
  await withFolder((folder) => exported(store, folder));
  differences.dispose();
  store.dispose();
}

function paged(store: PredictionStore, offset: number): unknown {
  return new TableView(store, { ...firstView, offset }).page();
}

async function exported(store: PredictionStore, folder: string): Promise<void> {
  const [target, copy] = [path.join(folder, 'all.jsonl'), path.join(folder, 'copy.jsonl')];
  const before = heldMemory();
  let [most, pieces] = [0, 0];
  const start = performance.now();
  const written = await writeExport(target, allRows(store), 'jsonl', new AbortController().signal, () => {
    pieces += 1;
    if (pieces % 500 === 0) most = Math.max(most, heldMemory() - before);
  });
  const took = (performance.now() - start) / 1000;
  if (written !== many) throw new Error(`${written} of ${many} were exported`);
  const size = statSync(target).size / megabyte;
  const copying = performance.now();
  await pipeline(createReadStream(target), createWriteStream(copy));
  report({
    name: 'million-export',
    measured: `all of 1,000,000 as JSON Lines, ${Math.round(size)} MB`,
    unit: 'MB/s',
    ours: [size / took],
    peer: { name: 'the same bytes through node:fs streams', values: [size / ((performance.now() - copying) / 1000)] },
    target: { of: 'ours', atLeast: 20 },
  });
  report({
    name: 'million-export-memory',
    measured: 'held more than before while all of 1,000,000 were exported, at most',
    unit: 'MB',
    ours: [most / megabyte],
    target: { of: 'ours', atMost: 32 },
  });
}

async function jobsAndWatches(): Promise<void> {
  const [jobs, watched, rate, seconds] = [200, 20, 10, 10];
  await withServer(async (server) => {
    const made = [];
    for (let n = 0; n < jobs; n += 1) made.push(await createJob(server, { model_name: `run ${n}`, status: 'running' }));
    const endpoint = async () => ({ address: parseServerAddress(server.url), key: server.apiKey });
    const listing = new JobListing({ endpoint, isWanted: () => false, interval: () => 60_000 });
    const times: number[] = [];
    for (let run = -1; run < runs; run += 1) {
      const start = performance.now();
      await listing.refresh();
      if (run >= 0) times.push(performance.now() - start);
      if (listing.jobs.length < jobs) throw new Error(`${listing.jobs.length} of ${jobs} jobs were listed`);
    }
    listing.dispose();
    report({
      name: 'jobs-listing',
      measured: `one reading of ${jobs} jobs for the tree`,
      unit: 'ms',
      ours: times,
      target: { of: 'ours', atMost: 100 },
    });

    const followed = made.slice(0, watched);
    const watches = followed.map((job) => watch(server, job.id, { pollInterval: 30_000 }));
    await Promise.all(watches.map((one) => one.catchesUp()));
    const ids = followed.map(({ id }) => id).join();
    const tokens = followed.map(({ token }) => token).join();
    const writer = path.join(import.meta.dirname, '../support/writer.ts');
    const writing = spawn(process.execPath, [writer, server.url, ids, tokens, String(rate), String(seconds)]);
    const written = once(writing, 'exit');
    const held = () => watches.reduce((sum, { session }) => sum + session.store.size, 0);
    while (held() === 0) await sleep(5);
    const [before, start] = [process.cpuUsage(), performance.now()];
    await written;
    const { user, system } = process.cpuUsage(before);
    const share = (user + system) / 10 / (performance.now() - start);
    const sent = watched * rate * seconds;
    for (const end = performance.now() + 10_000; held() < sent && performance.now() < end; ) await sleep(20);
    report({
      name: 'watched-jobs',
      measured: `${watched} watched jobs at ${rate} events/s each: the whole process`,
      unit: '% of a core',
      ours: [share],
      target: { of: 'ours', atMost: 10 },
      more: { delivered: held() / sent },
    });
    report({
      name: 'watched-jobs-delivered',
      measured: `${sent} events to ${watched} watched jobs`,
      unit: 'of what was sent',
      ours: [held() / sent],
      target: { of: 'ours', atLeast: 1, atMost: 1 },
    });
    for (const { session } of watches) session.dispose();
  });
}

/** 24 hours at 10 events/s, through decoder, store and table, as fast as they go. */
async function aDay(): Promise<void> {
  const [day, epochs, samples] = [864_000, 100, 50];
  const store = await filledStore(0);
  const view = new TableView(store, firstView);
  const resources = () => process.getActiveResourcesInfo().length;
  /** Growth is looked at once the texts go to the file. */
  const marks = [day / 4, day / 2, day];
  const seen: { rows: number; held: number; resources: number }[] = [];
  const encoder = new TextEncoder();
  for (let n = 0; n < day; ) {
    const first = n;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (n >= Math.min(day, first + 4000)) return controller.close();
        const epoch = Math.floor(n / samples) % epochs;
        const row = largeText(n).replace(/"epoch":\d+/, `"epoch":${epoch}`);
        n += 1;
        controller.enqueue(
          encoder.encode(`id: ${n}\nevent: prediction\ndata: {"prediction":${row},"total_count":${n}}\n\n`),
        );
      },
    });
    await readEventStream(body, {
      bytes() {},
      retry() {},
      event: (message) => {
        const event = readEvent(message);
        if (event.type === 'prediction') store.add(event.prediction);
      },
    });
    view.page();
    await sleep(0);
    if (n < (marks[seen.length] ?? Number.POSITIVE_INFINITY)) continue;
    while (store.textsInMemory > 101_000) await sleep(10);
    seen.push({ rows: store.size, held: heldMemory(), resources: resources() });
  }
  const growth = seen.slice(1).map(({ rows, held }, index) => {
    const before = seen[index];
    return before === undefined ? Number.NaN : (held - before.held) / (rows - before.rows);
  });
  report({
    name: 'day-memory',
    measured: 'held more a row, second half of 864,000 events in 100 epochs, texts on the disk',
    unit: 'bytes',
    ours: growth.slice(1),
    peer: { name: 'second quarter', values: growth.slice(0, 1) },
    target: { of: 'ratio', atMost: 1.2 },
    more: { heldMB: Math.round((seen.at(-1)?.held ?? 0) / megabyte) },
  });
  report({
    name: 'day-resources',
    measured: 'timers, sockets and files open after 864,000 events, more than after 216,000',
    unit: 'more',
    ours: [(seen.at(-1)?.resources ?? Number.NaN) - (seen[0]?.resources ?? Number.NaN)],
    target: { of: 'ours', atMost: 0 },
  });
  store.dispose();
}
