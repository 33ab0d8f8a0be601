/** Half a minute of reading while ten predictions a second arrive: what moves, and how smoothly the page runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PanelStage } from '../../test/support/panelStage.ts';
import { sample } from '../../test/support/serverClient.ts';
import { steadyRun } from '../../test/support/steadyRun.ts';
import { quantile, report } from '../report.ts';
import { noteFrames, readFrames } from '../support/frameTimes.ts';
import { panelFrame } from '../support/heldPanel.ts';
import { prediction } from '../support/recordedRun.ts';

const held = 5000;
const halfAMinute = 30_000;

/** Where the reader is, in one text. */
const place = `JSON.stringify((() => {
  const grid = document.querySelector('[role="grid"]');
  const open = grid.querySelector('tbody tr:not([data-id])');
  const rows = [...grid.querySelectorAll('tbody tr[data-id]')].map((row) => row.dataset.id);
  const { top, height } = open.getBoundingClientRect();
  return [String(getSelection()), grid.parentElement.scrollTop, top, height, rows, document.querySelector('.search').value];
})())`;

const stage = await PanelStage.open();
try {
  const job = await stage.train(
    'orders',
    Array.from({ length: held }, (_, n) => {
      const { id: _id, job_id: _job, created_at: _at, ...row } = prediction(n);
      // Before the epochs that arrive.
      return sample({ ...row, epoch: 1, sample_index: n });
    }),
  );
  await stage.watch('orders');
  await stage.showing(`1–10 of ${held.toLocaleString('en-US')}`);
  await stage.panel.getByRole('combobox', { name: 'Rows per page' }).selectOption('50');
  await stage.showing(`1–50 of ${held.toLocaleString('en-US')}`);
  await stage.rows.nth(25).getByRole('button').first().click();
  const detail = stage.grid.locator('tbody tr:not([data-id])');
  await detail.getByText(/received/).waitFor();
  await detail.locator('.long-text').first().selectText();
  const frame = await panelFrame(stage);
  const before = await frame.evaluate<string>(place);
  const run = steadyRun(stage, job, 100);
  await noteFrames(frame);
  const places = new Set([before]);
  for (const end = Date.now() + halfAMinute; Date.now() < end; await sleep(200))
    places.add(await frame.evaluate<string>(place));
  const { frames, longTasks } = await readFrames(frame);
  const { sent } = run;
  await run.stop();
  report({
    name: 'reading-places',
    measured: 'places in which open row, selection, scroll and rows were in half a minute, 10 events/s',
    unit: 'places',
    ours: [places.size],
    target: { of: 'ours', atMost: 1 },
    more: { sent },
  });
  report({
    name: 'reading-frames',
    measured: `time of a frame, p99, in that time, ${held} held`,
    unit: 'ms',
    ours: [quantile(frames, 0.99)],
    target: { of: 'ours', atMost: 34 },
    more: {
      frames: frames.length,
      median: quantile(frames, 0.5),
      largest: quantile(frames, 1),
      longTasks: longTasks.length,
    },
  });
} finally {
  await stage.close();
}
