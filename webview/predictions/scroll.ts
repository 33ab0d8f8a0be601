import type { Panel } from '../panel.ts';

/** How long the table rests before its place is kept, in ms. */
const rest = 200;

/** So far a table can be scrolled and still show its top, in px. */
const nearTop = 15;

export interface Scroll {
  /**
   * Takes a restored table back to its place, and another query to its top. To be called after each drawing.
   *
   * @param isWhole whether all rows are there that there were: the first ones may be too few to reach the place
   */
  follow(query: string, hasRows: boolean, isWhole: boolean): void;
  /** The reader has left the top of the table. */
  away(): boolean;
  toTop(): void;
}

/**
 * Knows and keeps how far the table is scrolled.
 *
 * @param leave called when the reader leaves the top or comes back to it
 */
export function followScroll(container: HTMLElement, panel: Panel, leave: () => void): Scroll {
  let timer: number | undefined;
  let shown: string | null = null;
  /** Where a restored table still has to get. */
  let goal: { top: number; left: number } | null = null;
  /** Kept, since asking the document makes it lay out the page. */
  let away = false;
  container.addEventListener(
    'scroll',
    () => {
      const { scrollTop, scrollLeft } = container;
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (goal === null)
          panel.keepLayout({ scroll: { top: Math.round(scrollTop), left: Math.max(0, Math.round(scrollLeft)) } });
      }, rest);
      const was = away;
      away = scrollTop > nearTop;
      if (away !== was) leave();
    },
    { passive: true },
  );

  // Who scrolls by themselves is not taken elsewhere.
  for (const name of ['wheel', 'pointerdown', 'keydown']) {
    container.addEventListener(name, () => (goal = null), { passive: true });
  }

  function toTop() {
    goal = null;
    away = false;
    container.scrollTop = 0;
  }

  return {
    follow: (query, hasRows, isWhole) => {
      if (shown === null && !hasRows) return;
      if (shown === null) goal = panel.layout().scroll;
      else if (query !== shown) toTop();
      shown = query;
      if (goal === null) return;
      container.scrollTo(goal);
      if (isWhole || Math.abs(container.scrollTop - goal.top) < 1) goal = null;
    },
    away: () => away,
    toTop,
  };
}
