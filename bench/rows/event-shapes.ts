/**
 * What one event costs the extension host in a job of one epoch, of steps, scores and completions, beside the same job
 * without: reading, storing, and what a tab is told.
 */
import path from 'node:path';
import { Differences } from '../../src/panel/differences/differences.ts';
import { SampleView } from '../../src/panel/sampleView.ts';
import { TableView } from '../../src/panel/tableView.ts';
import { TrendsView } from '../../src/panel/trendsView.ts';
import { PredictionStore } from '../../src/store/predictionStore.ts';
import { readEvent } from '../../src/watch/events.ts';
import { median, report } from '../report.ts';
import { largePrediction } from '../support/largeRun.ts';
import { build } from '../support/server.ts';
import { firstView } from '../support/stores.ts';

const held = 20_000;
const rounds = 40;
const batch = 100;
/** Rows of one checkpoint. */
const checkpoint = 64;

interface Shape {
  scores: number;
  /** A sample at a checkpoint. */
  completions: number;
}

const plain: Shape = { scores: 0, completions: 1 };
const shapes = {
  plain,
  scores: { ...plain, scores: 16 },
  completions: { ...plain, completions: 16 },
} satisfies Record<string, Shape>;

const tabs = ['page', 'trends', 'comparison'] as const;
type Tab = (typeof tabs)[number];

/** Row number `n` as the stream tells it. */
function textOf(n: number, { scores, completions }: Shape): string {
  const {
    char_error_rate: _rate,
    exact_match: _match,
    word_overlap: _words,
    length_ratio: _length,
    ...row
  } = largePrediction(n);
  const within = n % checkpoint;
  return JSON.stringify({
    ...row,
    ...{ id: `row ${n}`, epoch: 0, step: Math.floor(n / checkpoint) * 50 },
    sample_index: Math.floor(within / completions),
    char_error_rate: (n % 7) / 7,
    ...(completions > 1 && { completion_index: within % completions }),
    ...(scores > 0 && {
      scores: Object.fromEntries(Array.from({ length: scores }, (_, s) => [`score_${s}`, (n % 5) / 5])),
    }),
  });
}

class Job {
  readonly shape: Shape;
  readonly costs: Record<Tab, number[]> = { page: [], trends: [], comparison: [] };
  readonly #store = new PredictionStore();
  readonly #differences = new Differences(path.join(import.meta.dirname, '../../dist/differenceWorker.cjs'), () => {});
  readonly #messages: Record<Tab, () => unknown>;
  #next = 0;

  constructor(shape: Shape) {
    this.shape = shape;
    for (; this.#next < held; this.#next += 1) this.#store.add(JSON.parse(textOf(this.#next, shape)));
    const [table, trends, sample] = [
      new TableView(this.#store, firstView),
      new TrendsView(this.#store),
      new SampleView(this.#store, this.#differences),
    ];
    this.#messages = {
      page: () => table.message(),
      trends: () => trends.message([], null),
      comparison: () => sample.message(firstView),
    };
  }

  /** µs an event, each followed by a message. */
  cost(tab: Tab): number {
    const events = Array.from({ length: batch }, (_, index) => ({
      event: 'prediction',
      data: `{"prediction":${textOf(this.#next + index, this.shape)},"total_count":${this.#next + index + 1}}`,
      id: undefined,
    }));
    this.#next += batch;
    // What the tab was not in sight for is told at once, and not measured.
    this.#messages[tab]();
    const start = performance.now();
    for (const message of events) {
      const event = readEvent(message);
      if (event.type === 'prediction') this.#store.add(event.prediction);
      JSON.stringify(this.#messages[tab]());
    }
    return ((performance.now() - start) * 1000) / batch;
  }

  dispose(): void {
    this.#store.dispose();
    this.#differences.dispose();
  }
}

await build();
const jobs = Object.values(shapes).map((shape) => new Job(shape));
for (let round = -5; round < rounds; round += 1) {
  for (const tab of tabs) {
    for (const job of round % 2 === 0 ? jobs : jobs.toReversed()) {
      const figure = job.cost(tab);
      if (round >= 0) job.costs[tab].push(figure);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

const [base, withScores, withCompletions] = jobs;
for (const [name, measured, job] of [
  ['event-16-scores', '16 scores a row', withScores],
  ['event-16-completions', '16 completions a sample', withCompletions],
] as const) {
  if (base === undefined || job === undefined) throw new Error('there is no such job');
  report({
    name,
    measured: `an event and its page, ${measured}, ${held.toLocaleString('en-US')} held`,
    unit: 'µs',
    ours: job.costs.page,
    peer: { name: 'no scores of its own, one completion', values: base.costs.page, paired: true },
    target: { of: 'ratio', atMost: 1.3 },
    more: Object.fromEntries(
      tabs.map((tab) => [tab, `${median(job.costs[tab]).toFixed(1)} beside ${median(base.costs[tab]).toFixed(1)}`]),
    ),
  });
}
for (const job of jobs) job.dispose();
