/** What the extension host holds of a job, beside the same rows as plain objects by id. */
import { heldMemory, report } from '../report.ts';
import { largePrediction } from '../support/largeRun.ts';
import { filledStore } from '../support/stores.ts';

const megabyte = 1024 * 1024;

async function measure(fill: () => unknown | Promise<unknown>): Promise<{ held: number; resident: number }> {
  const before = heldMemory();
  const { rss } = process.memoryUsage();
  const filled = await fill();
  const held = (heldMemory() - before) / megabyte;
  const resident = (process.memoryUsage().rss - rss) / megabyte;
  if (filled === undefined) throw new Error('nothing was filled');
  return { held, resident };
}

const objects = (count: number) => () => {
  const rows = new Map<string, unknown>();
  for (let n = 0; n < count; n += 1) {
    const row = largePrediction(n);
    rows.set(row.id, row);
  }
  return rows;
};

const disposed = async (count: number) => {
  let store: Awaited<ReturnType<typeof filledStore>> | undefined;
  const measured = await measure(async () => {
    store = await filledStore(count);
    return store;
  });
  store?.dispose();
  return measured;
};

largePrediction(0);
// What is loaded and compiled once is not the job's.
await disposed(1000);
for (const { count, limit, runs } of [
  { count: 100_000, limit: 80, runs: 3 },
  { count: 1_000_000, limit: 400, runs: 1 },
]) {
  const figures = [];
  for (let run = 0; run < runs; run += 1) figures.push(await disposed(count));
  const plain = count > 100_000 ? undefined : [(await measure(objects(count))).held];
  report({
    name: `host-memory-${count}`,
    measured: `${count.toLocaleString('en-US')} predictions, 50 samples, answers of 300 characters`,
    unit: 'MB',
    ours: figures.map(({ held }) => held),
    ...(plain && { peer: { name: 'plain objects in a Map', values: plain } }),
    target: { of: 'ours', atMost: limit },
    more: { residentMB: Math.round(figures[0]?.resident ?? 0) },
  });
}
