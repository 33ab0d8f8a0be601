import { createButton } from '../controls/controls.ts';
import { createSelect } from '../controls/select.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { showFit, showOffset, showPageSize } from '../viewState.ts';
import { type Page, pageNumberText, pageSizes, rangeText } from './pageTexts.ts';

export interface Pager {
  readonly element: HTMLElement;
  show(page: Page | null): void;
}

/** Which rows are shown, and the way to the others. */
export function createPager(panel: Panel): Pager {
  const { formats } = panel;
  const range = element('span', { class: 'range' });
  const size = createSelect({ 'aria-label': 'Rows per page' }, (value) =>
    panel.change(value === 'fit' ? showFit : showPageSize(Number(value))),
  );
  const current = element('span', { class: 'page-number', 'aria-current': 'page' });
  const turn = (pages: number) => () => {
    const { offset, pageSize } = panel.view();
    panel.change(showOffset(offset + pages * pageSize));
  };
  const previous = createButton({ text: '‹', name: 'Previous page', appearance: 'secondary', onPress: turn(-1) });
  const next = createButton({ text: '›', name: 'Next page', appearance: 'secondary', onPress: turn(1) });
  const pages = element('nav', { class: 'pages', 'aria-label': 'Pages' }, previous.element, current, next.element);
  const container = element(
    'div',
    { class: 'pager' },
    range,
    element('span', { class: 'spring' }),
    size.element,
    pages,
  );

  let shownSize: number | 'fit' | null = null;

  return {
    element: container,
    show: (page) => {
      setAttribute(container, 'hidden', page === null || page.total === 0);
      if (page === null) return;
      const { pageSize, fit } = panel.view();
      setText(range, rangeText(page, formats));
      setText(current, pageNumberText(page, pageSize, formats));
      const chosen = fit ? 'fit' : pageSize;
      if (chosen !== shownSize) {
        shownSize = chosen;
        const numbers = pageSizes(fit ? null : pageSize);
        size.show(
          [
            { value: 'fit', text: 'Fit' },
            ...numbers.map((rows) => ({ value: String(rows), text: `${formats.count(rows)} per page` })),
          ],
          String(chosen),
        );
      }
      const first = page.offset === 0;
      const last = page.offset + page.rows.length >= page.total;
      // A button that gets disabled loses the focus: the other one takes it.
      const focused = document.activeElement;
      previous.setEnabled(!first);
      next.setEnabled(!last);
      if (first && focused === previous.element && !last) next.element.focus();
      if (last && focused === next.element && !first) previous.element.focus();
    },
  };
}
