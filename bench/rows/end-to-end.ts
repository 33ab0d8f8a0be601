/** From the answer to a POST to the row on the screen of a real VS Code, and what it costs there. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Frame } from 'playwright-core';
import { PanelStage } from '../../test/support/panelStage.ts';
import { type Fields, sample, type TestJob } from '../../test/support/serverClient.ts';
import { median, quantile } from '../report.ts';
import { arrivalText, noteArrivals, postSteadily, readArrivals } from '../support/arrivals.ts';
import { openPagesWay } from '../support/pagesWay.ts';
import { busySeconds, cpuSeconds, extensionHosts } from '../support/processes.ts';
import { prediction } from '../support/recordedRun.ts';

/** One stretch of events at one rate with so many predictions held. */
interface Stretch {
  held: number;
  rate: number;
  /** ms, of what was seen. */
  delays: number[];
  /** Share of what was posted. */
  seen: number;
  /** ms of the screen's main thread an event, above what it does with no events. */
  busy: number;
  /** Share of a core that the extension host took; NaN for a page. */
  host: number;
}

const dataDirs = { TRAINING_PREDICTIONS_BENCH: `${process.pid}` };
const stage = await PanelStage.open({ env: dataDirs });
let posted = 0;
const stretches: Stretch[] = [];
const pageStretches: Stretch[] = [];
try {
  for (const held of [500, 1000, 5000, 10_000, 100_000]) {
    const title = `held ${held}`;
    const job = await stage.train(
      title,
      Array.from({ length: held }, (_, n) => recorded(n)),
    );
    const rates = held === 500 ? [10] : held === 5000 ? [10, 100] : [1, 10, 100, 1000];
    await stage.watch(title);
    await stage.showing(`1–10 of ${held.toLocaleString('en-US')}`);
    const frame = await panelFrame();
    await noteArrivals(frame);
    for (const rate of rates) stretches.push(await stretch(job, held, rate, frame, await session(frame)));
    if (held === 500) {
      const page = await openPagesWay(stage.workbench.page.context(), stage.server, job.id);
      await noteArrivals(page.mainFrame());
      const cdp = await session(page.mainFrame());
      for (let run = 0; run < 3; run += 1) pageStretches.push(await stretch(job, held, 10, page.mainFrame(), cdp));
      await page.close();
    }
    await stage.workbench.run('Stop Watching');
    await stage.workbench.run('View: Close All Editors');
  }
} finally {
  await stage.close();
}
for (const told of [...stretches, ...pageStretches])
  console.error(
    JSON.stringify({ ...told, delays: told.delays.length, p50: median(told.delays), p99: quantile(told.delays, 0.99) }),
  );

function recorded(n: number): Fields {
  const { id: _id, job_id: _job, created_at: _created, seq: _seq, ...sent } = prediction(n);
  return sent;
}

async function panelFrame(): Promise<Frame> {
  const handle = await stage.panel.locator('body').elementHandle();
  const frame = await handle?.ownerFrame();
  if (!frame) throw new Error('There is no panel');
  return frame;
}

/** The main thread that draws a frame. */
async function session(frame: Frame): Promise<CDPSession> {
  const context = stage.workbench.page.context();
  const cdp = await context.newCDPSession(frame).catch(() => context.newCDPSession(frame.page()));
  await cdp.send('Performance.enable');
  return cdp;
}

async function stretch(job: TestJob, held: number, rate: number, frame: Frame, cdp: CDPSession): Promise<Stretch> {
  const seconds = rate === 1 ? 6 : 8;
  const count = rate * seconds;
  const first = posted;
  posted += count;
  const host = extensionHosts(dataDirs.TRAINING_PREDICTIONS_BENCH)[0];
  await sleep(500);
  const idle = await busyFor(cdp, () => sleep(2000));
  const hostBefore = host === undefined ? Number.NaN : cpuSeconds(host);
  let answered = new Map<number, number>();
  const busy = await busyFor(cdp, async () => {
    answered = await postSteadily(first, count, rate, (numbers) => stage.add(job, numbers.map(arriving)));
    await sleep(500);
  });
  const hostAfter = host === undefined ? Number.NaN : cpuSeconds(host);
  const seen = await readArrivals(frame);
  const delays = [...answered].flatMap(([n, at]) => {
    const shown = seen.get(n);
    return shown === undefined ? [] : [shown - at];
  });
  return {
    held,
    rate,
    delays,
    seen: delays.length / count,
    busy: ((busy.busy - idle.busy * (busy.took / idle.took)) / count) * 1000,
    host: (hostAfter - hostBefore) / busy.took,
  };
}

/** Seconds busy and taken. */
async function busyFor(cdp: CDPSession, work: () => Promise<void>): Promise<{ busy: number; took: number }> {
  const [busyBefore, start] = [await busySeconds(cdp), performance.now()];
  await work();
  return { busy: (await busySeconds(cdp)) - busyBefore, took: (performance.now() - start) / 1000 };
}

function arriving(n: number): Fields {
  const { prompt, ground_truth } = prediction(n);
  return sample({
    epoch: 1_000_000 + n,
    step: 1_000_000 + n,
    sample_index: n % 50,
    prompt,
    ground_truth,
    prediction: arrivalText(n),
  });
}
