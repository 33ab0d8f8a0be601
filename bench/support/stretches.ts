/** Events of one rate for some seconds, and what they cost where they are shown. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import type { PanelStage } from '../../test/support/panelStage.ts';
import { type Fields, sample, type TestJob } from '../../test/support/serverClient.ts';
import { arrivalText, postSteadily, readArrivals } from './arrivals.ts';
import { cpuSeconds } from './processes.ts';
import { prediction } from './recordedRun.ts';
import { collectGarbage, frameIds, threadTime } from './threadTime.ts';

/** A job, where it is shown, and the process that feeds it: an extension host. */
export interface Side {
  job: TestJob;
  frame: Frame;
  host?: number;
}

export interface Stretch {
  /** ms, of what was seen. */
  delays: number[];
  /** Share of what was posted. */
  seen: number;
  /** ms of main thread an event for the frames that show predictions, above their rest. */
  busy: number;
  /** The same of all that their main thread does, while events come several times in half a second. */
  thread: number;
  /** Parts of it by the browser's names. */
  parts: Record<string, number>;
  /** Share of a core that the extension host took above its rest. */
  host: number;
}

/** Of all stretches of a process: no two events have the same number. */
let posted = 0;

/**
 * Predictions at a rate a second. `held` is how many the job has before; its run goes on with a new epoch every 50.
 *
 * @param seconds of events, after half as many of rest
 */
export function stretch(stage: PanelStage, side: Side, held: number, rate: number, seconds = 3): Promise<Stretch> {
  const send = (numbers: number[]) =>
    stage.add(
      side.job,
      numbers.map((n) => arriving(held, n)),
    );
  return stretchOf(side, stage.server.url, rate, send, seconds);
}

/** Whatever `send` posts to the server at this address for each number, at a rate a second. */
export async function stretchOf(
  side: Side,
  server: string,
  rate: number,
  send: (numbers: number[]) => Promise<void>,
  seconds = 3,
): Promise<Stretch> {
  const count = rate * seconds;
  const first = posted;
  posted += count;
  const { frame } = side;
  // A webview is a frame in a frame.
  const frames = await frameIds(frame.page(), frame.parentFrame() === null ? server : '/webview/');
  // A collection of what was there before takes as long as tens of events, in the rest or among them, as it happens.
  await collectGarbage(frame.page());
  await sleep(500);
  const idle = await costOf(side, frames, () => sleep(seconds * 500));
  let answered = new Map<number, number>();
  const cost = await costOf(side, frames, async () => {
    answered = await postSteadily(first, count, rate, send);
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
    thread: ((cost.thread - idle.thread) * 1000) / rate,
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

async function costOf({ frame, host }: Side, frames: ReadonlySet<string>, work: () => Promise<void>): Promise<Cost> {
  const browser = frame.page().context().browser();
  if (browser === null) throw new Error('The page has no browser');
  const seconds = () => (host === undefined ? 0 : cpuSeconds(host));
  let [hostSeconds, took] = [0, 0];
  const {
    frames: main,
    thread,
    byName,
  } = await threadTime(browser, frames, async () => {
    const [before, start] = [seconds(), performance.now()];
    await work();
    took = (performance.now() - start) / 1000;
    hostSeconds = seconds() - before;
  });
  const shares = Object.entries(byName).map(([name, time]) => [name, time / took] as const);
  return {
    main: main / took,
    thread,
    byName: Object.fromEntries(shares),
    host: hostSeconds / took,
    took,
  };
}

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
