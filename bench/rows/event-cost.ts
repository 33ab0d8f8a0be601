/** What one event costs the extension host while so many predictions are held: reading, storing, and a page of the table. */
import { TableView } from '../../src/panel/tableView.ts';
import { readEvent } from '../../src/watch/events.ts';
import type { PredictionStore } from '../../src/watch/predictionStore.ts';
import { median, report } from '../report.ts';
import { largeText } from '../support/largeRun.ts';
import { filledStore, firstView } from '../support/stores.ts';

const sizes = [1000, 10_000, 100_000, 1_000_000];
const rounds = 40;
const batch = 100;

interface Job {
  size: number;
  store: PredictionStore;
  view: TableView;
  next: number;
  costs: number[];
}

const jobs: Job[] = [];
for (const size of sizes) {
  const store = await filledStore(size);
  jobs.push({ size, store, view: new TableView(store, firstView), next: size, costs: [] });
}

/** µs an event, each followed by a page, as when they come slower than pages are told. */
function cost(job: Job): number {
  const events = Array.from({ length: batch }, (_, index) => {
    const data = `{"prediction":${largeText(job.next + index)},"total_count":${job.next + index + 1}}`;
    return { event: 'prediction', data, id: undefined };
  });
  job.next += batch;
  const start = performance.now();
  for (const message of events) {
    const event = readEvent(message);
    if (event.type === 'prediction') job.store.add(event.prediction);
    // VS Code writes messages to a webview as JSON.
    JSON.stringify(job.view.page());
  }
  return ((performance.now() - start) * 1000) / batch;
}

for (let round = -5; round < rounds; round += 1) {
  for (const job of jobs) {
    const figure = cost(job);
    if (round >= 0) job.costs.push(figure);
  }
}

const bySize = Object.fromEntries(jobs.map(({ size, costs }) => [String(size), Math.round(median(costs) * 10) / 10]));
const small = jobs[0]?.costs ?? [];
for (const { size, costs } of jobs.slice(2)) {
  report({
    name: size === sizes.at(-1) ? 'event-cost' : `cost-at-${size}`,
    measured: `an event and its page, ${size.toLocaleString('en-US')} predictions held`,
    unit: 'µs',
    ours: costs,
    peer: { name: '1,000 held', values: small },
    target: { of: 'ratio', atMost: 1.2 },
    ...(size === sizes.at(-1) && { more: bySize }),
  });
}
for (const { store } of jobs) store.dispose();
