/** From the answer to a POST to the row on the screen of a real VS Code, and what it costs there, beside others. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PanelStage } from '../../test/support/panelStage.ts';
import { packaged } from '../../test/support/workbench.ts';
import { median, quantile, report } from '../report.ts';
import { noteArrivals, stopNoting } from '../support/arrivals.ts';
import { BareTable } from '../support/bareTable.ts';
import { heldRows, watchHeld } from '../support/heldPanel.ts';
import { profileHost } from '../support/hostProfile.ts';
import { openPagesWay } from '../support/pagesWay.ts';
import { extensionHosts } from '../support/processes.ts';
import { type Side, type Stretch, stretch } from '../support/stretches.ts';

const runs = 3;

/** A mark by which this VS Code's processes are found. */
const mark = `bench-${process.pid}`;
const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
const bareTable = await BareTable.pack(folder);
const stage = await PanelStage.open({
  extensions: [await packaged(), bareTable.file],
  env: { TRAINING_PREDICTIONS_BENCH: mark, ...bareTable.env },
});
const [host = 0] = extensionHosts(mark);
try {
  await compareWithOthers(5000);
} finally {
  await stage.close();
  await rm(folder, { recursive: true });
}

/** Ours, the page's way and the least that an extension can do, in turn, each with a job of its own. */
async function compareWithOthers(held: number): Promise<void> {
  const ours = await watchHeld(stage, held, host);
  const theirs = await besides(async (followed) => ({
    frame: (await openPagesWay(stage.workbench.page.context(), followed)).mainFrame(),
  }));
  const bare = await besides(async (followed) => {
    const window = await stage.workbench.openWindow();
    const frame = await bareTable.open(window, followed, ours.frame);
    return { frame, host: extensionHosts(mark).find((pid) => pid !== host) ?? 0 };
  });
  const sides = { ours, theirs, bare };
  const seen: Record<'ours' | 'theirs', Stretch[]> = { ours: [], theirs: [] };
  const slow: Record<keyof typeof sides, Stretch[]> = { ours: [], theirs: [], bare: [] };
  const fast: Record<'ours' | 'bare', Stretch[]> = { ours: [], bare: [] };
  // What runs for the first few thousand times is compiled then, by the host's other threads too.
  for (const side of [ours, bare]) {
    await side.frame.page().bringToFront();
    for (let turn = 0; turn < 4; turn += 1) await stretch(stage, side, held, 500);
  }
  for (let run = 0; run < runs; run += 1) {
    for (const name of ['ours', 'theirs', 'bare'] as const) {
      const side = sides[name];
      await side.frame.page().bringToFront();
      slow[name].push(await stretch(stage, side, held, 10));
      if (name !== 'theirs') {
        for (let turn = 0; turn < 2; turn += 1) fast[name].push(await stretch(stage, side, held, 100, 6));
      }
      if (name === 'bare') continue;
      // To look for arrivals costs as much as to show them.
      await noteArrivals(side.frame);
      seen[name].push(await stretch(stage, side, held, 10));
      await stopNoting(side.frame);
    }
  }
  await theirs.frame.page().close();
  await bare.frame.page().close();
  await ours.frame.page().bringToFront();
  const shares = await profileHost(host, 'training-predictions-', async () => {
    await stretch(stage, ours, held, 100);
  });
  const delay = (share: number) => (side: Stretch[]) => side.map(({ delays }) => quantile(delays, share));
  for (const [name, share, atMost] of [['p50', 0.5, 30] as const, ['p99', 0.99, 120] as const]) {
    report({
      name: `post-to-screen-${name}`,
      measured: `answer of the POST → row painted in VS Code, ${name}, 10 events/s, ${held} held`,
      unit: 'ms',
      ours: delay(share)(seen.ours),
      peer: { name: "the page's way, 500 held", values: delay(share)(seen.theirs) },
      target: { of: 'ours', atMost },
      more: {
        seen: median(seen.ours.map((side) => side.seen)),
        seenByPage: median(seen.theirs.map((side) => side.seen)),
      },
    });
  }
  const busy = (side: Stretch[]) => side.map((one) => one.busy);
  const leastBusy = median(busy(slow.bare));
  report({
    name: 'main-thread',
    measured: `main thread of the panel's frames an event: scripts, styles, layout; 10 events/s, ${held} held`,
    unit: 'ms',
    ours: busy(slow.ours),
    peer: { name: 'a bare extension that puts the texts into the same row of the same table', values: busy(slow.bare) },
    target: { of: 'ours', atMost: 1 },
    ...(leastBusy > 1 && {
      limit: `the browser takes ${leastBusy.toFixed(1)} ms for the same row in the bare extension`,
    }),
    more: { ...slow.ours.at(-1)?.parts, bare: JSON.stringify(slow.bare.at(-1)?.parts) },
  });
  const threads = (side: Stretch[]) => side.map(({ thread }) => thread);
  report({
    name: 'main-thread-beside-page',
    measured: `all tasks of the window's main thread an event, without painting, the rest of VS Code among them`,
    unit: 'ms',
    ours: threads(slow.ours),
    peer: { name: "the page's way, 500 held", values: threads(slow.theirs) },
    target: { of: 'ratio', atMost: 1 },
    more: { bare: median(threads(slow.bare)).toFixed(2) },
  });
  report({
    name: 'extension-cpu',
    measured: `share of a core of all that the extension runs and calls, 100 events/s, ${held} held`,
    unit: 'cores',
    ours: [shares.extension],
    target: { of: 'ours', atMost: 0.05 },
    more: { garbage: shares.garbage.toFixed(3), others: shares.others.toFixed(3) },
  });
  const hosts = (side: Stretch[]) => side.map((one) => one.host);
  report({
    name: 'extension-host-cpu',
    measured: `share of a core of the whole extension host above its rest, 100 events/s, ${held} held`,
    unit: 'cores',
    ours: hosts(fast.ours),
    peer: { name: 'a bare extension that hands each event to a table', values: hosts(fast.bare) },
    // 5 % of a core is more than the bare one takes on a fast machine, and less than that on a slow one.
    target: { of: 'ratio', atMost: 1.25 },
    more: {
      ours: hosts(fast.ours)
        .map((share) => share.toFixed(3))
        .join(' '),
      bare: hosts(fast.bare)
        .map((share) => share.toFixed(3))
        .join(' '),
      mainThread: median(busy(fast.ours)).toFixed(2),
      bareMainThread: median(busy(fast.bare)).toFixed(2),
    },
  });
}

/** A job of its own: 500 predictions, as what is beside ours shows nothing of what comes after the first 1,000. */
async function besides(
  open: (followed: { url: string; apiKey: string; jobId: string }) => Promise<Omit<Side, 'job'>>,
): Promise<Side> {
  const job = await stage.train('beside', heldRows(500));
  const { url, apiKey } = stage.server;
  return { job, ...(await open({ url, apiKey, jobId: job.id })) };
}
