import type { GroupDetail, Row, RowDetail } from '../../../src/panel/protocol/table.ts';
import type { WholeTexts } from '../../../src/panel/protocol/texts.ts';
import type { ColumnKey, ViewState } from '../../../src/panel/protocol/view.ts';
import { searchPattern } from '../../../src/plainText.ts';
import { element, setAttribute, setChildren } from '../../dom.ts';
import type { Layout } from '../../keptState.ts';
import type { Scores } from '../../scores.ts';
import type { Formats } from '../../texts/formats.ts';
import { type CellRoom, cellCuts, noCuts, textColumns } from './cells/cellCuts.ts';
import { cellRoom } from './cells/cellRoom.ts';
import { tellCutTexts } from './cells/cutCells.ts';
import { createColumnGroup } from './columnGroup.ts';
import { type Column, tightColumns } from './columns.ts';
import { tableWidths, tightWidths } from './columnWidths.ts';
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
  view: Pick<ViewState, 'expanded' | 'sort' | 'hiddenColumns' | 'wrap' | 'search'>;
  /** All that there are, in order; the same list as long as they are the same. */
  columns: readonly Column[];
  scores: Scores;
  widths: Layout['widths'];
}

export type GridActions = RowActions & HeadingActions;

export interface Grid {
  readonly element: HTMLElement;
  readonly table: HTMLTableElement;
  /** Rows are kept by id: what stays on the screen keeps its nodes, and with them focus and selection. */
  show(content: GridContent): void;
  /** Texts of a row that are not wrapped have so many lines. */
  setLines(lines: number): void;
  showDetail(id: string, detail: RowDetail | null): void;
  showGroup(id: string, group: GroupDetail | null): void;
  /** @param id of a row, or of one of the completions of one */
  showWhole(id: string, texts: WholeTexts | null): void;
}

/** Of a wrapped text so many lines are shown, as grid.css has them. */
const wrappedLines = 12;
/** A table that is narrower than this has its texts first, in px. */
const tightWidth = 860;

const isTightRoom = (width: number | null): boolean => width !== null && width < tightWidth;

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
    { role: 'grid', 'aria-label': 'Predictions', class: 'grid' },
    group.element,
    element('thead', {}, heading.element),
    body,
  );

  const views = new Map<string, RowView>();
  let ids: readonly string[] = [];
  /** Of the lines that are groups, whose cells are not texts of one prediction. */
  let groups: ReadonlySet<string> = new Set();
  let shown: readonly Column[] = [];
  /** Where these are among all columns; the one that opens rows is the first. */
  let places: readonly number[] = [];
  let laidOut: Pick<GridContent, 'columns' | 'widths'> &
    Pick<GridContent['view'], 'hiddenColumns'> & { inSight: number | null } = {
    columns: [],
    hiddenColumns: [],
    widths: {},
    inSight: null,
  };
  let content: GridContent | null = null;
  /** How much of the table is in sight, in px; null before the browser has laid it out. */
  let inSight: number | null = null;
  let linesOfRow = 1;
  let room: CellRoom | null = null;
  /** What is searched for. */
  let found: { search: string; pattern: RegExp | null } = { search: '', pattern: null };
  /** Row 0 is the heading; columns count those that are shown. */
  let active: CellPosition = { row: 1, column: 0 };
  let activeCell: HTMLElement | null = null;

  function cellAt({ row, column }: CellPosition): HTMLElement | undefined {
    const cells = row === 0 ? heading.cells : views.get(ids[row - 1] ?? '')?.cells;
    return cells?.[column];
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
    const column = cells.findIndex((cell) => cell.contains(target));
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
    const target = moveFocus(position, event, { rows: ids.length + 1, columns: shown.length + 1 });
    if (target === null) return;
    event.preventDefault();
    activate(target);
    cellAt(target)?.focus();
  });
  // The whole text of the cell in focus; what is selected is copied by the browser.
  table.addEventListener('copy', (event) => {
    const position = positionOf(event.target);
    const id = ids[(position?.row ?? 0) - 1];
    const key = shown[(position?.column ?? 0) - 1]?.key;
    const selects = document.getSelection()?.isCollapsed === false;
    if (selects || position === null || id === undefined || key === undefined) return;
    event.preventDefault();
    if (isCopied(key) && !(key === 'prediction' && groups.has(id))) actions.copy(id, key);
    else event.clipboardData?.setData('text/plain', cellAt(position)?.innerText ?? '');
  });

  /** @returns whether the columns are others now */
  function layOut({ columns, view: { hiddenColumns }, widths }: GridContent): boolean {
    const wasTight = isTightRoom(laidOut.inSight);
    const isTight = isTightRoom(inSight);
    const isSame = columns === laidOut.columns && hiddenColumns === laidOut.hiddenColumns && isTight === wasTight;
    if (isSame && widths === laidOut.widths && inSight === laidOut.inSight) return false;
    laidOut = { columns, hiddenColumns, widths, inSight };
    if (!isSame) {
      const hidden = new Set(hiddenColumns);
      const wanted = columns.filter(({ key }) => !hidden.has(key));
      const placeOf = new Map(columns.map(({ key }, index) => [key, index + 2]));
      shown = isTight ? tightColumns(wanted) : wanted;
      places = shown.map(({ key }, index) => (isTight ? index + 2 : (placeOf.get(key) ?? 0)));
      setAttribute(table, 'aria-colcount', columns.length + 1);
      heading.arrange(shown, places);
      for (const view of views.values()) view.arrange(shown, places);
    }
    // What was chosen for a wide table leaves no room in a narrow one.
    group.layOut(table, isTight ? tightWidths(shown, inSight ?? 0) : tableWidths(shown, widths, inSight ?? undefined));
    return !isSame;
  }

  /** The active cell stays active, and in focus, wherever its column went. */
  function follow(cell: HTMLElement | null, hadFocus: boolean) {
    const position = positionOf(cell);
    if (position !== null) active = position;
    if (hadFocus && cell?.isConnected) cell.focus({ preventScroll: true });
  }

  const textOf = (cell: HTMLElement): string | null => {
    const position = positionOf(cell);
    const key = shown[(position?.column ?? 0) - 1]?.key;
    const row = content?.rows[(position?.row ?? 0) - 1];
    if (row === undefined || key === undefined || !isCopied(key)) return null;
    return key === 'prediction' && row.group !== null ? null : row[key];
  };
  tellCutTexts(table, textOf);

  /** Looks at what the browser has laid out. */
  function look() {
    const width = container.clientWidth;
    if (width === 0 || content === null) return;
    if (width !== inSight) {
      const hasOthers = isTightRoom(width) !== isTightRoom(inSight);
      inSight = width;
      if (hasOthers) show(content);
      else layOut(content);
      // Cells may have another width in a table of the same.
      requestAnimationFrame(look);
      return;
    }
    const lines = content.view.wrap ? wrappedLines : linesOfRow;
    const next = cellRoom(lines, (kind) => body.querySelector<HTMLElement>(`.row > .column-${kind}`));
    const isSame = isDeepEqual(room, next);
    room = next;
    if (!isSame) show(content);
  }

  const container = element('div', { class: 'grid-scroll' }, table);
  const observer = new ResizeObserver(() => requestAnimationFrame(look));
  for (const part of [container, table]) observer.observe(part);

  return { element: container, table, show, setLines, showDetail, showGroup, showWhole };

  function setLines(lines: number) {
    linesOfRow = lines;
    table.style.setProperty('--lines', String(lines));
    // Texts that were cut for fewer lines make no row higher, which would be told.
    requestAnimationFrame(look);
  }

  function showDetail(id: string, detail: RowDetail | null) {
    views.get(id)?.showDetail(detail);
  }

  function showGroup(id: string, answer: GroupDetail | null) {
    views.get(id)?.showGroup(answer);
  }

  function showWhole(id: string, texts: WholeTexts | null) {
    if (texts !== null) for (const view of views.values()) view.showWhole(id, texts);
  }

  function show(told: GridContent) {
    content = told;
    const { rows, offset, total, busy, view } = told;
    const focused = positionOf(document.activeElement);
    const activeId = ids[active.row - 1];
    const cell = activeCell;
    const hadFocus = cell !== null && cell === document.activeElement;
    if (layOut(told)) follow(cell, hadFocus);
    heading.show(view.sort);
    setAttribute(table, 'aria-busy', busy ? 'true' : null);
    table.classList.toggle('wrap', view.wrap);
    ids = rows.map(({ id }) => id);
    groups = new Set(rows.flatMap(({ id, group }) => (group === null ? [] : [id])));
    const present = new Set(ids);
    const spare: RowView[] = [];
    for (const [id, view] of views) {
      if (present.has(id)) continue;
      views.delete(id);
      spare.push(view);
    }
    // What goes to another place leaves the document before other texts come in: outside of it no text is laid out anew.
    if (views.size > 0) for (const { lines } of spare) for (const line of lines) line.remove();
    const { search } = view;
    if (search !== found.search) found = { search, pattern: search === '' ? null : searchPattern(search, 'g') };
    const cuts = cellCuts(rows, room, found.pattern);
    rows.forEach((row, index) => {
      let made = views.get(row.id) ?? spare.pop();
      if (made === undefined) {
        made = createRow(formats, actions);
        made.arrange(shown, places);
      }
      views.set(row.id, made);
      // The heading is row 1.
      made.update(row, offset + index + 2, view.expanded.includes(row.id), {
        scores: told.scores,
        cuts: cuts.get(row.id) ?? noCuts,
        found: found.pattern,
      });
    });
    setChildren(
      body,
      ids.flatMap((id) => views.get(id)?.lines ?? []),
    );
    setAttribute(table, 'aria-rowcount', total + 1);

    // The active cell goes with its row; where the row is gone, the one now in its place takes over.
    const moved = activeId === undefined ? -1 : ids.indexOf(activeId);
    const row = active.row === 0 ? 0 : Math.max(1, moved >= 0 ? moved + 1 : Math.min(active.row, ids.length));
    activate({ row, column: Math.min(active.column, shown.length) });
    const lost = focused !== null && focused.row > 0 && moved < 0;
    if (lost) cellAt(active)?.focus({ preventScroll: true });
  }
}

function isDeepEqual(a: CellRoom | null, b: CellRoom): boolean {
  return a !== null && textColumns.every((column) => a[column] === b[column]);
}
