import assert from 'node:assert/strict';
import { smoothed } from '../../../src/model/smoothing.ts';
import { LossesView } from '../../../src/panel/lossesView.ts';
import { lineOf } from '../../../src/panel/lossLines.ts';
import type { ViewState } from '../../../src/panel/protocol/view.ts';
import type { HostMessage, HostMessageOf } from '../../../src/panel/protocol.ts';
import { Curve } from '../../../src/watch/lossCurves.ts';
import { LossReader } from '../../../src/watch/lossReader.ts';
import type { Metric } from '../../../src/wire/metric.ts';
import { type Figures, nextFigures, noFigures } from '../../../webview/trends/losses/nextFigures.ts';
import { randomOf } from '../../support/random.ts';

/** A view of what a trainer logs whose messages are read, and a way to log. */
function aView(chosen: Pick<ViewState, 'trendMetrics' | 'smoothing'>) {
  const losses = new LossReader({
    jobId: 'job',
    endpoint: () => Promise.reject(new Error('no server is asked')),
    life: () => 0,
    log: { warn: () => {} },
  });
  const posted: HostMessage[] = [];
  const view = new LossesView({
    losses,
    job: () => undefined,
    isSeen: () => true,
    view: () => chosen,
    post: (message) => posted.push(message),
    interval: 0,
  });
  // The first reading forgets what was there before it.
  view.show();
  view.forgetReader();
  return {
    log: (metrics: readonly Metric[]) => losses.curves.add(metrics),
    curves: losses.curves,
    view,
    told: (): HostMessageOf<'losses'> => {
      view.show();
      const message = posted.at(-1);
      assert.ok(message?.type === 'losses');
      return message;
    },
    dispose: () => {
      view.dispose();
      losses.dispose();
    },
  };
}

const shown = ({ names, leftOut, lines }: Figures) => ({ names, leftOut, lines: [...lines] });

describe('what is told of a trainer’s figures', () => {
  it('adds up in pieces to what is told at once', () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const random = randomOf(seed);
      const chosen: Pick<ViewState, 'trendMetrics' | 'smoothing'> = { trendMetrics: null, smoothing: 0 };
      const one = aView(chosen);
      const all: Metric[] = [];
      let figures = noFigures;
      for (let round = 0; round < 40; round += 1) {
        if (random.chance(0.7)) {
          const name = `g${random.between(0, 3)}/f${random.between(0, 8)}`;
          const metric = { step: random.between(0, 50), [name]: random.chance(0.1) ? null : random.between(0, 9) / 9 };
          all.push(metric);
          one.log([metric]);
        }
        if (random.chance(0.1)) chosen.smoothing = random.between(0, 9) / 10;
        if (random.chance(0.1)) chosen.trendMetrics = random.chance(0.5) ? null : ['g1/f1', 'g2/f5', 'none'];
        figures = nextFigures(figures, one.told());
        const atOnce = aView(chosen);
        atOnce.log(all);
        const whole = nextFigures(noFigures, atOnce.told());
        const kept = new Set(whole.lines.keys());
        const charted = { ...figures, lines: new Map([...figures.lines].filter(([name]) => kept.has(name)).sort()) };
        assert.deepEqual(shown(charted), shown({ ...whole, lines: new Map([...whole.lines].sort()) }));
        atOnce.dispose();
      }
      one.dispose();
    }
  });

  it('is what changed, and all again to a reader who forgot', () => {
    const one = aView({ trendMetrics: null, smoothing: 0 });
    one.log([{ step: 1, ...{ 'train/a': 1, 'train/b': 2 }, train_loss: 3 }]);
    const names = ({ figures }: HostMessageOf<'losses'>) => figures.map(([name]) => name);
    const first = one.told();
    assert.deepEqual(
      [first.names, names(first)],
      [
        ['train/a', 'train/b'],
        ['train/a', 'train/b'],
      ],
    );
    one.log([{ step: 2, ...{ 'train/b': 3 } }]);
    const second = one.told();
    assert.deepEqual([second.names, names(second)], [null, ['train/b']]);
    assert.deepEqual(names(one.told()), []);
    one.view.forgetReader();
    assert.deepEqual(names(one.told()), ['train/a', 'train/b']);
    one.dispose();
  });

  it('is smoothed over all points, drawn or not', () => {
    const curve = new Curve();
    for (let step = 0; step < 5000; step += 1) curve.set(step, Math.sin(step / 100) + (step % 7));
    const { points, smoothed: line, total } = lineOf(curve, 0.9);
    assert.deepEqual([points.length <= 800, line !== undefined && line.length <= 800, total], [true, true, 5000]);
    const whole = smoothed(Float64Array.from(curve.values), 0.9);
    for (const [step, value] of line ?? []) assert.equal(value, whole[step]);
  });
});
