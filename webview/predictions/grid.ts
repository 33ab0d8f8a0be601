import type { Row, RowDetail } from '../../src/panel/protocol.ts';
import { element, setAttribute, setChildren } from '../dom.ts';
import type { Formats } from '../formats.ts';
import { columns } from './columns.ts';
import { type CellPosition, moveFocus } from './gridKeys.ts';
import { createRow, type RowView } from './row.ts';

export interface GridContent {
  rows: readonly Row[];
  /** Of the first row among all that the filter shows, from 0. */
  offset: number;
  /** All that the filter shows. */
  total: number;
  expanded: readonly string[];
}

export interface Grid {
  readonly element: HTMLElement;
  /** Rows are kept by id: what stays on the screen keeps its nodes, and with them focus and selection. */
  show(content: GridContent): void;
  showDetail(id: string, detail: RowDetail | null): void;
}

/** The table of predictions. One cell is in the tab order; arrow keys move between cells, Enter and Space open a row. */
export function createGrid(formats: Formats, toggle: (id: string) => void): Grid {
  const heading = element(
    'tr',
    { 'aria-rowindex': 1 },
    element('th', { class: 'column-open', scope: 'col' }, element('span', { class: 'spoken' }, 'Details')),
    ...columns.map(({ key, title, meaning }) =>
      element('th', { class: `column-${key}`, scope: 'col', title: meaning ?? null }, title),
    ),
  );
  const body = element('tbody');
  const table = element(
    'table',
    { role: 'grid', 'aria-label': 'Predictions', class: 'grid' },
    element(
      'colgroup',
      {},
      element('col', { class: 'width-open' }),
      ...columns.map(({ key }) => element('col', { class: `width-${key}` })),
    ),
    element('thead', {}, heading),
    body,
  );

  const views = new Map<string, RowView>();
  let ids: readonly string[] = [];
  let active: CellPosition = { row: 0, column: 0 };
  let activeCell: HTMLElement | null = null;

  function cellAt({ row, column }: CellPosition): HTMLElement | undefined {
    const id = ids[row];
    return id === undefined ? undefined : views.get(id)?.cells[column];
  }

  /** Puts one cell, and no other, into the tab order. */
  function activate(position: CellPosition) {
    const cell = cellAt(position) ?? null;
    if (activeCell !== null && activeCell !== cell) activeCell.tabIndex = -1;
    if (cell !== null && cell.tabIndex !== 0) cell.tabIndex = 0;
    active = position;
    activeCell = cell;
  }

  function positionOf(target: EventTarget | null): CellPosition | null {
    if (!(target instanceof Element)) return null;
    const row = ids.indexOf(target.closest<HTMLElement>('tr[data-id]')?.dataset['id'] ?? '');
    const cells = views.get(ids[row] ?? '')?.cells ?? [];
    const column = cells.findIndex((cell) => cell.contains(target));
    return column < 0 ? null : { row, column };
  }

  body.addEventListener('focusin', (event) => {
    const position = positionOf(event.target);
    if (position !== null) activate(position);
  });
  body.addEventListener('keydown', (event) => {
    const position = positionOf(event.target);
    if (position === null || event.altKey || event.metaKey) return;
    const id = ids[position.row];
    if ((event.key === 'Enter' || event.key === ' ') && id !== undefined) {
      event.preventDefault();
      toggle(id);
      return;
    }
    const target = moveFocus(position, event, { rows: ids.length, columns: columns.length + 1 });
    if (target === null) return;
    event.preventDefault();
    activate(target);
    cellAt(target)?.focus();
  });

  return {
    element: element('div', { class: 'grid-scroll' }, table),
    show: ({ rows, offset, total, expanded }) => {
      const focused = body.contains(document.activeElement) ? positionOf(document.activeElement) : null;
      const activeId = ids[active.row];
      ids = rows.map(({ id }) => id);
      const present = new Set(ids);
      for (const id of views.keys()) if (!present.has(id)) views.delete(id);
      rows.forEach((row, index) => {
        const view = views.get(row.id) ?? createRow(row.id, formats, () => toggle(row.id));
        views.set(row.id, view);
        // The heading is row 1.
        view.update(row, offset + index + 2, expanded.includes(row.id));
      });
      setChildren(
        body,
        ids.flatMap((id) => views.get(id)?.lines ?? []),
      );
      setAttribute(table, 'aria-rowcount', total + 1);

      // The active cell goes with its row; where the row is gone, the one now in its place takes over.
      const moved = activeId === undefined ? -1 : ids.indexOf(activeId);
      activate({ row: Math.max(0, moved >= 0 ? moved : Math.min(active.row, ids.length - 1)), column: active.column });
      if (focused !== null && moved < 0) cellAt(active)?.focus({ preventScroll: true });
    },
    showDetail: (id, detail) => views.get(id)?.showDetail(detail),
  };
}
