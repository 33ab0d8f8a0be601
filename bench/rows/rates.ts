/** From the answer to a POST to the row on the screen of a real VS Code, by rate and by what is held already. */
import { PanelStage } from '../../test/support/panelStage.ts';
import { quantile, report } from '../report.ts';
import { noteArrivals } from '../support/arrivals.ts';
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
  for (const rate of [1, 10, 100, 1000]) {
    const cost = await stretch(stage, side, held, rate);
    report({
      name: `screen-${held}-${rate}`,
      measured: `answer of the POST → row painted, p50, ${rate} events/s, ${held} held`,
      unit: 'ms',
      ours: [quantile(cost.delays, 0.5)],
      target: { of: 'ours', atMost: 120 },
      more: {
        p99: Math.round(quantile(cost.delays, 0.99)),
        mainThread: cost.busy.toFixed(2),
        host: cost.host.toFixed(3),
      },
    });
  }
}
