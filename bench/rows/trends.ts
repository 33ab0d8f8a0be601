/** The Trends tab of a run with thousands of checkpoints: how soon its charts are there, and what an event costs. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PanelStage } from '../../test/support/panelStage.ts';
import { type Fields, sample } from '../../test/support/serverClient.ts';
import { quantile, report } from '../report.ts';
import { openPanel } from '../support/heldPanel.ts';
import { stretchOf } from '../support/stretches.ts';

const checkpoints = 5000;
const samples = 4;
const [runs, stretches, rate] = [7, 5, 10];
/** Of one stretch: the charts are drawn every second or so, and one drawing more or less must not show. */
const seconds = 8;
const program = readFileSync(path.join(import.meta.dirname, '../page/trendsDraw.js'), 'utf8');

/** A run of one epoch that is asked every ten steps, with rewards as noisy as those of a real one. */
function row(n: number): Fields {
  const checkpoint = Math.floor(n / samples);
  const noise = (seed: number): number => Math.abs(Math.sin(n * 12.9898 + seed) * 43758.5453) % 1;
  const learned = 1 - Math.exp(-checkpoint / 1500);
  return sample({
    epoch: 0,
    step: checkpoint * 10,
    sample_index: n % samples,
    ground_truth: 'forty-two',
    prediction: noise(1) < learned ? 'forty-two' : `forty-${n % 10}`,
    scores: {
      reward: 0.7 * learned + 0.3 * noise(2),
      format_reward: noise(3) < learned ? 1 : 0,
      kl: 0.05 * learned * noise(4),
      answer_length: Math.round(40 + 200 * learned * noise(5)),
    },
  });
}

const held = checkpoints * samples;
const stage = await PanelStage.open();
try {
  const job = await stage.train(
    'thousands of checkpoints',
    Array.from({ length: held }, (_, n) => row(n)),
  );
  const draws: number[] = [];
  let frame = await openPanel(stage, 'thousands of checkpoints', held);
  for (let run = -1; run < runs; run += 1) {
    // A panel that was closed begins with the table again, and with no chart.
    if (run >= 0) frame = await openPanel(stage, 'thousands of checkpoints', held);
    await sleep(1000);
    await frame.evaluate(program);
    const time = await frame.evaluate<number>('timeTrends()');
    if (run >= 0) draws.push(time);
  }
  report({
    name: 'trends-5000-draw',
    measured: 'press → charts painted in VS Code for the first time in a panel, 5,000 checkpoints',
    unit: 'ms',
    ours: draws,
    target: { of: 'ours', atMost: 300 },
    more: { largest: Math.round(quantile(draws, 1)) },
  });

  const side = { job, frame };
  let next = held;
  const send = async (numbers: number[]): Promise<void> => {
    const rows = numbers.map((_, index) => row(next + index));
    next += numbers.length;
    await stage.add(job, rows);
  };
  await sleep(2000);
  const found = [];
  for (let turn = -1; turn < stretches; turn += 1) {
    const one = await stretchOf(side, stage.server.url, rate, send, seconds);
    if (turn >= 0) found.push(one);
  }
  report({
    name: 'trends-5000-event',
    measured: "main thread of the panel's frames an event, Trends tab, 10 events/s, 5,000 checkpoints",
    unit: 'ms',
    ours: found.map(({ busy }) => busy),
    target: { of: 'ours', atMost: 4 },
    more: {
      each: found.map(({ busy }) => busy.toFixed(2)).join(' '),
      parts: JSON.stringify(found.at(-1)?.parts),
    },
  });
} finally {
  await stage.close();
}
