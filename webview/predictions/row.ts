import type { Row, RowDetail } from '../../src/panel/protocol.ts';
import { element, setAttribute } from '../dom.ts';
import type { Formats } from '../formats.ts';
import { columns } from './columns.ts';
import type { RowActions } from './rowActions.ts';
import { createRowDetail, type RowDetailView } from './rowDetail.ts';

/** A row of the table and, while it is open, the line below it. */
export interface RowView {
  /** The lines to show, in order. */
  readonly lines: readonly HTMLElement[];
  /** What takes the focus in each column: the first is the button that opens the row. */
  readonly cells: readonly HTMLElement[];
  /**
   * @param position from 1, the heading being row 1 of the grid
   * @param span how many columns are shown
   */
  update(row: Row, position: number, open: boolean, span: number): void;
  showDetail(detail: RowDetail | null): void;
}

/** Makes the lines of one prediction. */
export function createRow(id: string, formats: Formats, actions: RowActions): RowView {
  const toggle = () => actions.toggle(id);
  const chevron = element('span', { class: 'chevron', 'aria-hidden': 'true' });
  const opener = element(
    'button',
    { type: 'button', class: 'opener', tabindex: -1, 'aria-expanded': 'false' },
    chevron,
  );
  opener.addEventListener('click', toggle);
  const drawn = columns.map((column, index) => {
    const cell = element('td', { class: `column-${column.key}`, tabindex: -1, 'aria-colindex': index + 2 });
    return { cell, update: column.draw(cell, formats) };
  });
  const line = element(
    'tr',
    { class: 'row', 'data-id': id },
    element('td', { class: 'column-open' }, opener),
    ...drawn.map(({ cell }) => cell),
  );
  // The whole row opens it too, but not the end of a drag that selected some of its text.
  line.addEventListener('click', (event) => {
    if (event.target !== opener && !opener.contains(event.target as Node) && getSelection()?.isCollapsed) toggle();
  });
  const cells = [opener, ...drawn.map(({ cell }) => cell)];

  let detail: RowDetailView | null = null;
  let detailCell: HTMLElement | null = null;
  let detailLine: HTMLElement | null = null;

  function openDetail(row: Row) {
    detail = createRowDetail(row, formats, actions);
    detailCell = element('td', {}, detail.element);
    detailLine = element('tr', { class: 'detail-line' }, detailCell);
  }

  return {
    get lines() {
      return detailLine === null ? [line] : [line, detailLine];
    },
    cells,
    update: (row, position, open, span) => {
      for (const { update } of drawn) update(row);
      setAttribute(line, 'aria-rowindex', position);
      setAttribute(opener, 'aria-expanded', String(open));
      setAttribute(opener, 'aria-label', `Details of #${row.sampleIndex} at step ${formats.count(row.step)}`);
      line.classList.toggle('open', open);
      if (open && detail === null) openDetail(row);
      if (detailCell !== null) setAttribute(detailCell, 'colspan', span);
      if (!open) {
        detail = null;
        detailCell = null;
        detailLine = null;
      }
    },
    showDetail: (answer) => detail?.show(answer),
  };
}
