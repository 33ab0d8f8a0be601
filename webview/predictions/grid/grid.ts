import type { ColumnKey, Row, RowDetail, ViewState } from '../../../src/panel/protocol.ts';
import { element, setAttribute, setChildren } from '../../dom.ts';
import type { Layout } from '../../keptState.ts';
import type { Formats } from '../../texts/formats.ts';
import { createColumnGroup } from './columnGroup.ts';
import { columns } from './columns.ts';
import { type CellPosition, moveFocus } from './gridKeys.ts';
import { createHeading, type HeadingActions } from './heading.ts';
import { createRow, type RowView } from './row.ts';
import type { Copied, RowActions } from './rowActions.ts';

export interface GridContent {
  rows: readonly Row[];
  /** Of the first row among all that the filter shows, from 0. */
  offset: number;
  /** All that the filter shows. */
  total: number;
  /** The rows are not final. */
  busy: boolean;
  view: Pick<ViewState, 'expanded' | 'sort' | 'hiddenColumns' | 'wrap'>;
  widths: Layout['widths'];
}

export type GridActions = RowActions & HeadingActions;

export interface Grid {
  readonly element: HTMLElement;
  /** Rows are kept by id: what stays on the screen keeps its nodes, and with them focus and selection. */
  show(content: GridContent): void;
  showDetail(id: string, detail: RowDetail | null): void;
}

/** The cells may be cut: their texts are copied by the host, which has all of them. */
const isCopied = (key: ColumnKey): key is ColumnKey & Copied =>
  key === 'prompt' || key === 'groundTruth' || key === 'prediction';

/**
 * The table of predictions. One cell is in the tab order; arrow keys move between cells, the heading's among them,
 * Enter and Space open a row or sort.
 */
export function createGrid(formats: Formats, actions: GridActions): Grid {
  const heading = createHeading(actions);
  const group = createColumnGroup();
  const body = element('tbody');
  const table = element(
    'table',
    { role: 'grid', 'aria-label': 'Predictions', 'aria-colcount': columns.length + 1, class: 'grid' },
    group.element,
    element('thead', {}, heading.element),
    body,
  );

  const views = new Map<string, RowView>();
  let ids: readonly string[] = [];
  /** Of the cells of a row, those that are shown. */
  let visible: readonly number[] = [];
  let laidOut: Pick<GridContent['view'], 'hiddenColumns'> & Pick<GridContent, 'widths'> = {
    hiddenColumns: [],
    widths: {},
  };
  /** Row 0 is the heading; columns count those that are shown. */
  let active: CellPosition = { row: 1, column: 0 };
  let activeCell: HTMLElement | null = null;

  function cellAt({ row, column }: CellPosition): HTMLElement | undefined {
    const cells = row === 0 ? heading.cells : views.get(ids[row - 1] ?? '')?.cells;
    return cells?.[visible[column] ?? 0];
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
    const inHeading = heading.element.contains(target);
    const row = inHeading ? 0 : ids.indexOf(target.closest<HTMLElement>('tr[data-id]')?.dataset['id'] ?? '') + 1;
    if (row === 0 && !inHeading) return null;
    const cells = inHeading ? heading.cells : (views.get(ids[row - 1] ?? '')?.cells ?? []);
    const column = visible.findIndex((index) => cells[index]?.contains(target));
    return column < 0 ? null : { row, column };
  }

  table.addEventListener('focusin', (event) => {
    const position = positionOf(event.target);
    if (position !== null) activate(position);
  });
  table.addEventListener('keydown', (event) => {
    const position = positionOf(event.target);
    if (position === null || event.altKey || event.metaKey) return;
    const id = ids[position.row - 1];
    if ((event.key === 'Enter' || event.key === ' ') && id !== undefined) {
      event.preventDefault();
      actions.toggle(id);
      return;
    }
    const target = moveFocus(position, event, { rows: ids.length + 1, columns: visible.length });
    if (target === null) return;
    event.preventDefault();
    activate(target);
    cellAt(target)?.focus();
  });
  // The whole text of the cell in focus; what is selected is copied by the browser.
  table.addEventListener('copy', (event) => {
    const position = positionOf(event.target);
    const id = ids[(position?.row ?? 0) - 1];
    const key = columns[(visible[position?.column ?? 0] ?? 0) - 1]?.key;
    const selects = document.getSelection()?.isCollapsed === false;
    if (selects || position === null || id === undefined || key === undefined) return;
    event.preventDefault();
    if (isCopied(key)) actions.copy(id, key);
    else event.clipboardData?.setData('text/plain', cellAt(position)?.innerText ?? '');
  });

  function layOut({ view: { hiddenColumns }, widths }: GridContent) {
    if (visible.length > 0 && hiddenColumns === laidOut.hiddenColumns && widths === laidOut.widths) return;
    laidOut = { hiddenColumns, widths };
    visible = [0, ...columns.flatMap(({ key }, index) => (hiddenColumns.includes(key) ? [] : [index + 1]))];
    group.layOut(table, hiddenColumns, widths);
  }

  return {
    element: element('div', { class: 'grid-scroll' }, table),
    show: (content) => {
      const { rows, offset, total, busy, view } = content;
      const focused = positionOf(document.activeElement);
      const activeId = ids[active.row - 1];
      layOut(content);
      heading.show(view.sort);
      setAttribute(table, 'aria-busy', busy ? 'true' : null);
      table.classList.toggle('wrap', view.wrap);
      ids = rows.map(({ id }) => id);
      const present = new Set(ids);
      const spare: RowView[] = [];
      for (const [id, view] of views) {
        if (present.has(id)) continue;
        views.delete(id);
        spare.push(view);
      }
      rows.forEach((row, index) => {
        const made = views.get(row.id) ?? spare.pop() ?? createRow(formats, actions);
        views.set(row.id, made);
        // The heading is row 1.
        made.update(row, offset + index + 2, view.expanded.includes(row.id), visible.length);
      });
      setChildren(
        body,
        ids.flatMap((id) => views.get(id)?.lines ?? []),
      );
      setAttribute(table, 'aria-rowcount', total + 1);

      // The active cell goes with its row; where the row is gone, the one now in its place takes over.
      const moved = activeId === undefined ? -1 : ids.indexOf(activeId);
      const row = active.row === 0 ? 0 : Math.max(1, moved >= 0 ? moved + 1 : Math.min(active.row, ids.length));
      activate({ row, column: Math.min(active.column, visible.length - 1) });
      const lost = focused !== null && focused.row > 0 && moved < 0;
      if (lost) cellAt(active)?.focus({ preventScroll: true });
    },
    showDetail: (id, detail) => views.get(id)?.showDetail(detail),
  };
}
