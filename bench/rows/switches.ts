/** How soon a reader sees the result of turning a page, filtering, sorting, searching, another sample, another tab. */
import { PanelStage } from '../../test/support/panelStage.ts';
import { sample } from '../../test/support/serverClient.ts';
import { quantile, report } from '../report.ts';
import { panelFrame } from '../support/heldPanel.ts';
import { prediction } from '../support/recordedRun.ts';
import { timeSwitches } from '../support/switches.ts';

const held = 5000;
const runs = 11;

const steps = [
  ...[
    'page-on',
    'page-back',
    'filter-open',
    'filter',
    'filter-off',
    'sort',
    'sort-down',
    'sort-off',
    'search',
    'search-off',
  ],
  ...['comparison', 'sample-on', 'sample-back', 'trends', 'predictions'],
];

const stage = await PanelStage.open();
try {
  await stage.train(
    'orders',
    Array.from({ length: held }, (_, n) => {
      const { id: _id, job_id: _job, created_at: _at, ...row } = prediction(n);
      return sample({ ...row, prediction: `${row.prediction} answer ${n % 97}` });
    }),
  );
  await stage.watch('orders');
  await stage.showing(`1–10 of ${held.toLocaleString('en-US')}`);
  for (const [step, ours] of await timeSwitches(await panelFrame(stage), steps, runs)) {
    report({
      name: `switch-${step}`,
      measured: `${step}: press → result painted in VS Code, ${held} held`,
      unit: 'ms',
      ours,
      target: { of: 'ours', atMost: 100 },
      more: { largest: Math.round(quantile(ours, 1)) },
    });
  }
} finally {
  await stage.close();
}
