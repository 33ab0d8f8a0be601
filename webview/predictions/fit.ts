import type { Panel } from '../panel.ts';
import { fitRows } from '../viewState.ts';
import { linesFor, linesToFit, rowsThatFit } from './fitting.ts';
import type { Page } from './pageTexts.ts';

/** Of the texts in cells, before it was measured, in px. */
const usualLine = 18;

export interface Fit {
  /** What is on the screen now. */
  follow(page: Page | null): void;
}

/**
 * Gives rows as many lines as there is room for, and a page that is to fit as many rows. What the browser has laid out
 * anyway is looked at then, so that nothing is laid out for it. While a row is open, or text is selected, nothing changes.
 *
 * @param whole holds the table and what stands above and below it
 * @param mayChange the reader would not be disturbed
 * @param setLines gives the rows so many lines of text
 */
export function createFit(
  panel: Panel,
  { whole, scroller, table }: { whole: HTMLElement; scroller: HTMLElement; table: HTMLTableElement },
  mayChange: () => boolean,
  setLines: (lines: number) => void,
): Fit {
  let page: Page | null = null;
  let lines = 0;
  let tooMany = Number.POSITIVE_INFINITY;
  /** What decides how many rows have room, as it was. */
  let before = '';
  /** What the reader chose when it was last looked. */
  let asked = '';

  /** All that the table may have below its heading. */
  function room(): number {
    const others = [...whole.children].filter((child) => child !== scroller);
    const taken = others.reduce((sum, child) => sum + (child as HTMLElement).offsetHeight, 0);
    const bar = scroller.offsetHeight - scroller.clientHeight;
    return whole.clientHeight - taken - bar - (table.tHead?.offsetHeight ?? 0);
  }

  function settle() {
    const body = table.tBodies[0];
    const view = panel.view();
    if (page === null || body === undefined || whole.clientHeight === 0 || scroller.hidden) return;
    if (view.expanded.length > 0 || !mayChange()) return;
    const [height, rows] = [body.offsetHeight, body.rows.length];
    if (rows === 0) return;
    const available = room();
    const lineHeight = Number.parseFloat(getComputedStyle(table).lineHeight) || usualLine;
    const wanted = view.fit ? linesToFit(available, lineHeight) : linesFor(available, rows, lineHeight);
    const decides = JSON.stringify([available, table.offsetWidth, wanted, view.fit, view.wrap, page.grouped]);
    if (decides !== before) tooMany = Number.POSITIVE_INFINITY;
    before = decides;
    if (wanted !== lines) {
      lines = wanted;
      setLines(lines);
      // Rows are of another height then.
      requestAnimationFrame(settle);
      return;
    }
    if (!view.fit || page.searching || rows !== page.rows.length) return;
    const { pageSize } = view;
    const hasMore = page.offset + rows < page.total;
    const fitting = rowsThatFit({ room: available, height, rows, pageSize, hasMore, tooMany });
    if (fitting < pageSize) tooMany = Math.min(tooMany, pageSize);
    if (fitting !== pageSize) panel.change(fitRows(fitting));
  }

  // Not within the look itself: what follows from it would be laid out in vain.
  const observer = new ResizeObserver(() => requestAnimationFrame(settle));
  for (const element of [whole, table]) observer.observe(element);

  return {
    follow: (shown) => {
      page = shown;
      const { fit, expanded } = panel.view();
      const chosen = `${fit} ${expanded.length === 0}`;
      // No size need change when the reader chooses to fit, or closes a row.
      if (chosen !== asked) requestAnimationFrame(settle);
      asked = chosen;
    },
  };
}
