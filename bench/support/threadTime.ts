/** What frames of a page cost their main thread, from the browser's own trace. */
import type { Browser, CDPSession, Page } from 'playwright-core';

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

/** Seconds on a processor, by what it was spent on. */
export interface ThreadTime {
  total: number;
  byName: Record<string, number>;
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

/** Told of a whole page, not of the frames in it. */
const painting = new Set(['PrePaint', 'Paint', 'Layerize', 'Commit', 'UpdateLayer', 'CompositeLayers']);

/**
 * Traces `work` and sums scripts, styles and layout of these frames.
 *
 * @param alone the frames have their thread for themselves: what it does for no frame, such as going on after a promise,
 *   is theirs too
 */
export async function threadTime(
  browser: Browser,
  frames: ReadonlySet<string>,
  alone: boolean,
  work: () => Promise<void>,
): Promise<ThreadTime> {
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['devtools.timeline'] },
  });
  await work();
  await stopped(session);
  await session.detach();
  return sum(events, frames, alone);
}

function stopped(session: CDPSession): Promise<void> {
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
  return session.send('Tracing.end').then(() => complete);
}

/** An event inside another one that counts already is a part of it. */
function sum(events: readonly TraceEvent[], frames: ReadonlySet<string>, alone: boolean): ThreadTime {
  const time: ThreadTime = { total: 0, byName: {} };
  const countedUntil = new Map<string, number>();
  const isFramed = ({ args }: TraceEvent) => {
    const frame = args.data?.frame ?? args.beginData?.frame ?? args.frame;
    return frame !== undefined && frames.has(frame);
  };
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid}/${tid}`;
  const complete = events.filter(({ name, ph }) => ph === 'X' && !painting.has(name));
  const framed = complete.filter(isFramed);
  const threads = new Set(framed.map(threadOf));
  const ours = (alone ? complete.filter((event) => threads.has(threadOf(event))) : framed).sort(
    (a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0),
  );
  for (const event of ours) {
    const { name, ts, dur = 0, tdur = dur } = event;
    const thread = threadOf(event);
    if (ts < (countedUntil.get(thread) ?? 0)) continue;
    countedUntil.set(thread, ts + dur);
    time.total += tdur / 1e6;
    time.byName[name] = (time.byName[name] ?? 0) + tdur / 1e6;
  }
  return time;
}
