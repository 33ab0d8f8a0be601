/** From the answer to a POST to the row on the screen of a real VS Code, by rate and by what is held already. */
import { PanelStage } from '../../test/support/panelStage.ts';
import { quantile, report } from '../report.ts';
import { noteArrivals } from '../support/arrivals.ts';
import { noteFrames, readFrames } from '../support/frameTimes.ts';
import { watchHeld } from '../support/heldPanel.ts';
import { extensionHosts } from '../support/processes.ts';
import { stretch } from '../support/stretches.ts';

/** A mark by which this VS Code's processes are found. */
const mark = `bench-${process.pid}`;
const stage = await PanelStage.open({ env: { TRAINING_PREDICTIONS_BENCH: mark } });
const [host = 0] = extensionHosts(mark);
try {
  for (const held of [1000, 10_000, 100_000]) await atRates(held);
} finally {
  await stage.close();
}

async function atRates(held: number): Promise<void> {
  const side = await watchHeld(stage, held, host);
  await noteArrivals(side.frame);
  await noteFrames(side.frame);
  for (const rate of [1, 10, 100, 1000]) {
    await readFrames(side.frame);
    const cost = await stretch(stage, side, held, rate);
    const { frames, longTasks } = await readFrames(side.frame);
    report({
      name: `screen-${held}-${rate}`,
      measured: `answer of the POST → row painted, p50 of those that were, ${rate} events/s, ${held} held`,
      unit: 'ms',
      ours: [quantile(cost.delays, 0.5)],
      target: { of: 'ours', atMost: 120 },
      more: {
        p99: Math.round(quantile(cost.delays, 0.99)),
        // A page of ten rows: the quickest ones pass between two frames.
        seen: cost.seen.toFixed(3),
        frames: frames.length,
        frameP99: Math.round(quantile(frames, 0.99)),
        frameLargest: Math.round(quantile(frames, 1)),
        longTasks: longTasks.length,
        mainThread: cost.busy.toFixed(2),
        host: cost.host.toFixed(3),
      },
    });
  }
}
