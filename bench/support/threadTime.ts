/** What frames of a page cost their main thread, from the browser's own trace. */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { median } from '../report.ts';

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** µs. */
  ts: number;
  dur?: number;
  /** µs on a processor, which other programs on a busy machine do not lengthen. */
  tdur?: number;
  args: { data?: { frame?: string }; beginData?: { frame?: string }; frame?: string };
}

/** Painting is left out: it is told of a whole page, not of the frames in it. */
export interface ThreadTime {
  /** Scripts, styles and layout of the frames, in seconds on a processor. */
  frames: number;
  /** Parts of it by the browser's names. */
  byName: Record<string, number>;
  /**
   * All tasks of the frames' thread, whoever else they are for, as a share of a core in the median slice: a collection of
   * garbage, or whatever the window begins by itself, takes as long as tens of events and says nothing of them.
   */
  thread: number;
}

/** Ids of the frames of `page` whose address holds `part`. */
export async function frameIds(page: Page, part: string): Promise<Set<string>> {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');
  const ids = new Set<string>();
  const walk = (tree: typeof frameTree) => {
    if (tree.frame.url.includes(part)) ids.add(tree.frame.id);
    for (const child of tree.childFrames ?? []) walk(child);
  };
  walk(frameTree);
  await session.detach();
  return ids;
}

/** Lets the thread of a page and of the frames in it collect its garbage now. */
export async function collectGarbage(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.detach();
}

const painting = new Set(['PrePaint', 'Paint', 'Layerize', 'Commit', 'UpdateLayer', 'CompositeLayers']);
const task = 'RunTask';
/** µs. What recurs less often than a few times in it is not told by the median slice. */
const slice = 500_000;

/** Traces `work`. */
export async function threadTime(
  browser: Browser,
  frames: ReadonlySet<string>,
  work: () => Promise<void>,
): Promise<ThreadTime> {
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] },
  });
  await work();
  await stopped(session);
  await session.detach();
  return sum(events, frames);
}

function stopped(session: CDPSession): Promise<void> {
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
  return session.send('Tracing.end').then(() => complete);
}

function sum(events: readonly TraceEvent[], frames: ReadonlySet<string>): ThreadTime {
  const isFramed = ({ args }: TraceEvent) => {
    const frame = args.data?.frame ?? args.beginData?.frame ?? args.frame;
    return frame !== undefined && frames.has(frame);
  };
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid}/${tid}`;
  const complete = events.filter(({ ph }) => ph === 'X').sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const framed = complete.filter((event) => isFramed(event) && !painting.has(event.name));
  const threads = new Set(framed.map(threadOf));
  const onThreads = complete.filter((event) => threads.has(threadOf(event)));
  const byName: Record<string, number> = {};
  const countedUntil = new Map<string, number>();
  for (const event of framed) {
    const { name, ts, dur = 0 } = event;
    // An event inside another one that counts already is a part of it.
    if (ts < (countedUntil.get(threadOf(event)) ?? 0)) continue;
    countedUntil.set(threadOf(event), ts + dur);
    byName[name] = (byName[name] ?? 0) + seconds(event);
  }
  return {
    frames: Object.values(byName).reduce((time, part) => time + part, 0),
    byName,
    thread: medianShare(onThreads.filter(({ name }) => name === task || painting.has(name))),
  };
}

/** Of a core in the median whole slice: the time of tasks less that of the painting in them. */
function medianShare(events: readonly TraceEvent[]): number {
  const begin = events[0]?.ts ?? 0;
  const slices = Math.max(1, Math.floor(((events.at(-1)?.ts ?? begin) - begin) / slice));
  const times = new Array<number>(slices).fill(0);
  for (const event of events) {
    const at = Math.floor((event.ts - begin) / slice);
    if (at < slices) times[at] = (times[at] ?? 0) + (event.name === task ? seconds(event) : -seconds(event));
  }
  return median(times) / (slice / 1e6);
}

function seconds({ dur = 0, tdur = dur }: TraceEvent): number {
  return tdur / 1e6;
}
