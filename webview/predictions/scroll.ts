import type { Panel } from '../panel.ts';

/** How long the table rests before its place is kept, in ms. */
const rest = 200;

/** So far a table can be scrolled and still show its top, in px. */
const nearTop = 15;

export interface Scroll {
  /** Takes a restored table back to its place, and another query to its top. To be called after each drawing. */
  follow(query: string, hasRows: boolean): void;
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
  /** Kept, since asking the document makes it lay out the page. */
  let away = false;
  container.addEventListener(
    'scroll',
    () => {
      const { scrollTop, scrollLeft } = container;
      clearTimeout(timer);
      timer = setTimeout(() => {
        panel.keepLayout({ scroll: { top: Math.round(scrollTop), left: Math.max(0, Math.round(scrollLeft)) } });
      }, rest);
      const was = away;
      away = scrollTop > nearTop;
      if (away !== was) leave();
    },
    { passive: true },
  );

  function toTop() {
    away = false;
    container.scrollTop = 0;
  }

  return {
    follow: (query, hasRows) => {
      if (query === shown || (shown === null && !hasRows)) return;
      if (shown === null) container.scrollTo(panel.layout().scroll);
      else toTop();
      shown = query;
    },
    away: () => away,
    toTop,
  };
}
