import type { Panel } from '../panel.ts';

/** How long the table rests before its place is kept, in ms. */
const rest = 200;

/**
 * Keeps how far the table is scrolled.
 *
 * @returns `follow`, to be called after each drawing: takes a restored table back to its place, and another query to
 *   its top
 */
export function keepScroll(container: HTMLElement, panel: Panel): { follow(query: string, hasRows: boolean): void } {
  let timer: number | undefined;
  let shown: string | null = null;
  container.addEventListener(
    'scroll',
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const { scrollTop, scrollLeft } = container;
        panel.keepLayout({ scroll: { top: Math.round(scrollTop), left: Math.max(0, Math.round(scrollLeft)) } });
      }, rest);
    },
    { passive: true },
  );
  return {
    follow: (query, hasRows) => {
      if (query === shown || (shown === null && !hasRows)) return;
      if (shown === null) container.scrollTo(panel.layout().scroll);
      else container.scrollTop = 0;
      shown = query;
    },
  };
}
