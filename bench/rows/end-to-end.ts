/** From the answer to a POST to the row on the screen of a real VS Code, and what it costs there. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import { PanelStage } from '../../test/support/panelStage.ts';
import { type Fields, sample, type TestJob } from '../../test/support/serverClient.ts';
import { median, quantile, report } from '../report.ts';
import { arrivalText, noteArrivals, postSteadily, readArrivals, stopNoting } from '../support/arrivals.ts';
import { profileHost } from '../support/hostProfile.ts';
import { openBarePage, openPagesWay } from '../support/pages.ts';
import { cpuSeconds, extensionHosts } from '../support/processes.ts';
import { prediction } from '../support/recordedRun.ts';
import { frameIds, threadTime } from '../support/threadTime.ts';

/** What a stretch of events at one rate came to. */
interface Stretch {
  /** ms, of what was seen. */
  delays: number[];
  /** Share of what was posted. */
  seen: number;
  /** ms of main thread an event for the frames that show predictions, above their rest. */
  busy: number;
  /** The same of all that their main thread does. */
  thread: number;
  /** Parts of it by the browser's names. */
  parts: Record<string, number>;
  /** Share of a core that the extension host took above its rest. */
  host: number;
}

/** A mark by which this VS Code's processes are found. */
const mark = `bench-${process.pid}`;
const stage = await PanelStage.open({ env: { TRAINING_PREDICTIONS_BENCH: mark } });
let posted = 0;
try {
  await compareWithPages(5000);
  for (const held of [1000, 10_000, 100_000]) await atRates(held, [1, 10, 100, 1000]);
} finally {
  await stage.close();
}

/** Ours, the page's way and the least that a page can do, in turn, each with a job of its own. */
async function compareWithPages(held: number): Promise<void> {
  const ours = await watched(held);
  const open = async (opener: typeof openPagesWay) => {
    // It shows nothing of what comes after the first 1,000.
    const job = await stage.train('beside', heldRows(500));
    const { url, apiKey } = stage.server;
    const page = await opener(stage.workbench.page.context(), { url, apiKey, jobId: job.id });
    return { job, frame: page.mainFrame(), close: () => page.close() };
  };
  const theirs = await open(openPagesWay);
  const bare = await open(openBarePage);
  const seen: Record<'ours' | 'theirs', Stretch[]> = { ours: [], theirs: [] };
  const busy: Record<'ours' | 'theirs' | 'bare', Stretch[]> = { ours: [], theirs: [], bare: [] };
  const fast: Stretch[] = [];
  for (let run = 0; run < 3; run += 1) {
    for (const [name, side] of [['ours', ours] as const, ['theirs', theirs] as const, ['bare', bare] as const]) {
      await side.frame.page().bringToFront();
      busy[name].push(await stretch(side.job, held, 10, side.frame));
      if (name === 'bare') continue;
      // To look for arrivals costs as much as to show them.
      await noteArrivals(side.frame);
      seen[name].push(await stretch(side.job, held, 10, side.frame));
      await stopNoting(side.frame);
    }
    await ours.frame.page().bringToFront();
    fast.push(await stretch(ours.job, held, 100, ours.frame));
  }
  await theirs.close();
  await bare.close();
  const [host = 0] = extensionHosts(mark);
  const shares = await profileHost(host, 'training-predictions-', async () => {
    await stretch(ours.job, held, 100, ours.frame);
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
  const threads = (side: Stretch[]) => side.map(({ thread }) => thread);
  const least = median(threads(busy.bare));
  report({
    name: 'main-thread',
    measured: `main thread of the panel's frames an event: scripts, styles, layout; 10 events/s, ${held} held`,
    unit: 'ms',
    ours: busy.ours.map((one) => one.busy),
    peer: { name: 'a bare page that puts one row of texts into a table, all tasks', values: threads(busy.bare) },
    target: { of: 'ours', atMost: 1 },
    ...(least > 1 && { limit: `the bare page takes ${least.toFixed(1)} ms` }),
    more: busy.ours.at(-1)?.parts ?? {},
  });
  report({
    name: 'main-thread-beside-page',
    measured: `all tasks of the window's main thread an event, without painting, the rest of VS Code among them`,
    unit: 'ms',
    ours: threads(busy.ours),
    peer: { name: "the page's way, 500 held", values: threads(busy.theirs) },
    target: { of: 'ratio', atMost: 1 },
  });
  report({
    name: 'extension-cpu',
    measured: `share of a core of all that the extension runs and calls, 100 events/s, ${held} held`,
    unit: 'cores',
    ours: [shares.extension],
    target: { of: 'ours', atMost: 0.05 },
    more: { garbage: shares.garbage.toFixed(3), others: shares.others.toFixed(3) },
  });
  report({
    name: 'extension-host-cpu',
    measured: `share of a core of the whole extension host above its rest, 100 events/s, ${held} held`,
    unit: 'cores',
    ours: fast.map(({ host }) => host),
    target: { of: 'ours', atMost: 0.05 },
  });
}

async function atRates(held: number, rates: readonly number[]): Promise<void> {
  const { job, frame } = await watched(held);
  await noteArrivals(frame);
  for (const rate of rates) {
    const { delays, busy, host } = await stretch(job, held, rate, frame);
    report({
      name: `screen-${held}-${rate}`,
      measured: `answer of the POST → row painted, p50, ${rate} events/s, ${held} held`,
      unit: 'ms',
      ours: [quantile(delays, 0.5)],
      target: { of: 'ours', atMost: 120 },
      more: { p99: Math.round(quantile(delays, 0.99)), mainThread: busy.toFixed(2), host: host.toFixed(3) },
    });
  }
}

/** A job with so many predictions, in a panel of its own. */
async function watched(held: number): Promise<{ job: TestJob; frame: Frame }> {
  await stage.workbench.run('View: Close All Editors');
  const title = `held ${held}`;
  const job = await stage.train(title, heldRows(held));
  await stage.watch(title);
  await stage.panel
    .getByText(`Showing 1–10 of ${held.toLocaleString('en-US')}`, { exact: true })
    .waitFor({ timeout: 90_000 });
  return { job, frame: await panelFrame() };
}

function heldRows(held: number): Fields[] {
  return Array.from({ length: held }, (_, n) => {
    const { id: _id, job_id: _job, created_at: _created, seq: _seq, ...sent } = prediction(n);
    return sent;
  });
}

async function panelFrame(): Promise<Frame> {
  const handle = await stage.panel.locator('body').elementHandle();
  const frame = await handle?.ownerFrame();
  if (!frame) throw new Error('There is no panel');
  return frame;
}

async function stretch(job: TestJob, held: number, rate: number, frame: Frame): Promise<Stretch> {
  const count = rate * 6;
  const first = posted;
  posted += count;
  const frames = await framesAround(frame);
  await sleep(500);
  const idle = await costOf(frames, () => sleep(2000));
  let answered = new Map<number, number>();
  const cost = await costOf(frames, async () => {
    answered = await postSteadily(first, count, rate, (numbers) =>
      stage.add(
        job,
        numbers.map((n) => arriving(held, n)),
      ),
    );
    await sleep(500);
  });
  const seen = await readArrivals(frame);
  const delays = [...answered].flatMap(([n, at]) => {
    const shown = seen.get(n);
    return shown === undefined ? [] : [shown - at];
  });
  const eachEvent = (share: number) => (share * cost.took * 1000) / count;
  return {
    delays,
    seen: delays.length / count,
    busy: eachEvent(cost.main - idle.main),
    thread: eachEvent(cost.thread - idle.thread),
    parts: Object.fromEntries(
      Object.entries(cost.byName).map(([name, share]) => [name, Number(eachEvent(share).toFixed(3))]),
    ),
    host: cost.host - idle.host,
  };
}

interface Cost {
  /** Shares of a core. */
  main: number;
  thread: number;
  byName: Record<string, number>;
  host: number;
  /** Seconds. */
  took: number;
}

async function costOf(frames: ReadonlySet<string>, work: () => Promise<void>): Promise<Cost> {
  const browser = stage.workbench.page.context().browser();
  const [host] = extensionHosts(mark);
  if (host === undefined || browser === null) throw new Error('The extension host is not found');
  let [hostSeconds, took] = [0, 0];
  const {
    frames: main,
    thread,
    byName,
  } = await threadTime(browser, frames, async () => {
    const [before, start] = [cpuSeconds(host), performance.now()];
    await work();
    took = (performance.now() - start) / 1000;
    hostSeconds = cpuSeconds(host) - before;
  });
  const shares = Object.entries(byName).map(([name, seconds]) => [name, seconds / took] as const);
  return {
    main: main / took,
    thread: thread / took,
    byName: Object.fromEntries(shares),
    host: hostSeconds / took,
    took,
  };
}

/** A webview is a frame in a frame. */
async function framesAround(frame: Frame): Promise<Set<string>> {
  const isPanel = frame.parentFrame() !== null;
  return frameIds(frame.page(), isPanel ? '/webview/' : stage.server.url);
}

/** The run goes on: a new epoch every 50 predictions. */
function arriving(held: number, n: number): Fields {
  const { prompt, ground_truth } = prediction(n);
  const epoch = Math.floor(held / 50) + Math.floor(n / 50);
  return sample({
    epoch,
    step: epoch * 40,
    sample_index: n % 50,
    prompt,
    ground_truth,
    prediction: arrivalText(n),
  });
}
