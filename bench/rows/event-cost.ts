/** What one event costs the extension host while so many predictions are held: reading, storing, and what a tab is told. */
import path from 'node:path';
import { Differences } from '../../src/panel/differences/differences.ts';
import { SampleView } from '../../src/panel/sampleView.ts';
import { TableView } from '../../src/panel/tableView.ts';
import { TrendsView } from '../../src/panel/trendsView.ts';
import type { PredictionStore } from '../../src/store/predictionStore.ts';
import { readEvent } from '../../src/watch/events.ts';
import { median, report } from '../report.ts';
import { largePrediction } from '../support/largeRun.ts';
import { prediction } from '../support/recordedRun.ts';
import { build } from '../support/server.ts';
import { filledStore, firstView } from '../support/stores.ts';

const sizes = [1000, 10_000, 100_000, 1_000_000];
const rounds = 40;
const batch = 100;
/** Of the texts that come. */
const firstText = 2_000_000;

const tabs = [
  { tab: 'page', row: 'event-cost', told: 'its page' },
  { tab: 'trends', row: 'event-cost-trends', told: 'what the Trends tab is told' },
  { tab: 'comparison', row: 'event-cost-comparison', told: 'what the Comparison tab is told' },
] as const;
type Tab = (typeof tabs)[number]['tab'];

interface Job {
  size: number;
  store: PredictionStore;
  messages: Record<Tab, () => unknown>;
  costs: Record<Tab, number[]>;
}

await build();
const worker = path.join(import.meta.dirname, '../../dist/differenceWorker.cjs');
const differences: Differences[] = [];
const jobs: Job[] = [];
for (const size of sizes) {
  const store = await filledStore(size);
  const found = new Differences(worker, () => {});
  differences.push(found);
  const [table, trends, sample] = [
    new TableView(store, firstView),
    new TrendsView(store),
    new SampleView(store, found),
  ];
  const messages = {
    page: () => table.message(),
    trends: () => trends.message([], null),
    comparison: () => sample.message(firstView),
  };
  jobs.push({ size, store, messages, costs: { page: [], trends: [], comparison: [] } });
}

/**
 * The event number `index` of a job. In every job it has the same text, since some take many times as long to compare
 * as others, and a text that holds its number is another one in another job.
 */
function eventOf({ size, store }: Job, index: number) {
  const { epoch, step, id, created_at } = prediction(size + index);
  const row = { ...largePrediction(firstText + index), epoch, step, id, created_at };
  const data = JSON.stringify({ prediction: row, total_count: store.size + 1 });
  return { event: 'prediction', data, id: undefined };
}

/** µs an event, each followed by a message, as when they come slower than tabs are told. */
function cost(job: Job, tab: Tab, first: number): number {
  const events = Array.from({ length: batch }, (_, index) => eventOf(job, first + index));
  // What the tab was not in sight for is told at once, and not measured.
  job.messages[tab]();
  const start = performance.now();
  for (const message of events) {
    const event = readEvent(message);
    if (event.type === 'prediction') job.store.add(event.prediction);
    // VS Code writes messages to a webview as JSON.
    JSON.stringify(job.messages[tab]());
  }
  return ((performance.now() - start) * 1000) / batch;
}

let next = 0;
for (let round = -5; round < rounds; round += 1) {
  for (const { tab } of tabs) {
    // Who comes first is another one each time.
    const order = round % 2 === 0 ? jobs : jobs.toReversed();
    for (const job of order) {
      const figure = cost(job, tab, next);
      if (round >= 0) job.costs[tab].push(figure);
      // Differences are found, and texts written to their file, between two turns.
      await new Promise((resolve) => setImmediate(resolve));
    }
    next += batch;
  }
}

for (const { tab, row, told } of tabs) {
  const bySize = Object.fromEntries(
    jobs.map(({ size, costs }) => [String(size), Math.round(median(costs[tab]) * 10) / 10]),
  );
  const small = jobs[0]?.costs[tab] ?? [];
  for (const { size, costs } of jobs.slice(2)) {
    const isLast = size === sizes.at(-1);
    report({
      name: isLast ? row : `${row.replace('event-', '')}-at-${size}`,
      measured: `an event and ${told}, ${size.toLocaleString('en-US')} predictions held`,
      unit: 'µs',
      ours: costs[tab],
      peer: { name: '1,000 held', values: small, paired: true },
      target: { of: 'ratio', atMost: 1.2 },
      ...(isLast && { more: bySize }),
    });
  }
}
for (const { store } of jobs) store.dispose();
for (const found of differences) found.dispose();
