import type { Row, RowDetail } from '../../../src/panel/protocol.ts';
import { element, setAttribute } from '../../dom.ts';
import type { Formats } from '../../texts/formats.ts';
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

/** Makes the lines of a prediction. They can become those of another one, which takes less than to make them. */
export function createRow(formats: Formats, actions: RowActions): RowView {
  let drawnRow: Row | null = null;
  const toggle = () => {
    if (drawnRow !== null) actions.toggle(drawnRow.id);
  };
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
    { class: 'row' },
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

  function close() {
    detail = null;
    detailCell = null;
    detailLine = null;
  }

  return {
    get lines() {
      return detailLine === null ? [line] : [line, detailLine];
    },
    cells,
    update: (row, position, open, span) => {
      // The document is asked only where something changed: that takes longer than all of this.
      if (row !== drawnRow) {
        if (row.id !== drawnRow?.id) close();
        for (const { update } of drawn) update(row);
        setAttribute(line, 'data-id', row.id);
        setAttribute(opener, 'aria-label', `Details of #${row.sampleIndex} at step ${formats.count(row.step)}`);
        drawnRow = row;
      }
      setAttribute(line, 'aria-rowindex', position);
      setAttribute(opener, 'aria-expanded', String(open));
      line.classList.toggle('open', open);
      if (open && detail === null) openDetail(row);
      if (detailCell !== null) setAttribute(detailCell, 'colspan', span);
      if (!open) close();
    },
    showDetail: (answer) => detail?.show(answer),
  };
}
