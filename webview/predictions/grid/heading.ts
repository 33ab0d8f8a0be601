import type { ColumnKey, ViewState } from '../../../src/panel/protocol/view.ts';
import { element, setAttribute, setChildren, setText } from '../../dom.ts';
import type { Column } from './columns.ts';
import { fittingWidth } from './columnWidths.ts';
import { followDrag } from './headingDrag.ts';

export interface Heading {
  readonly element: HTMLElement;
  /** What takes the focus in each column, the one that opens rows first. */
  readonly cells: readonly HTMLElement[];
  /** @param places of the columns among all that there are, from 1; the one that opens rows is the first */
  arrange(columns: readonly Column[], places: readonly number[]): void;
  show(sort: ViewState['sort']): void;
}

export interface HeadingActions {
  sort(column: ColumnKey): void;
  /** @param width in px, null for the usual one */
  resize(column: ColumnKey, width: number | null): void;
  /** Puts a column into the place of another one. */
  move(column: ColumnKey, to: ColumnKey): void;
}

interface HeadingCell {
  readonly key: ColumnKey;
  readonly cell: HTMLElement;
  readonly button: HTMLElement;
  show(column: Column, place: number): void;
}

/** How far one press of a key moves the edge of a column, in px. */
const keyStep = 16;

/**
 * The line of column names. A press sorts. Shift with the arrow keys, or the edge of a name, changes the width; a double
 * click on the edge gives the usual width back. Control and Shift with the arrow keys, or pulling a name, moves it.
 */
export function createHeading(actions: HeadingActions): Heading {
  const opener = element(
    'th',
    { class: 'column-open', scope: 'col', tabindex: -1 },
    element('span', { class: 'spoken' }, 'Details'),
  );
  const line = element('tr', { 'aria-rowindex': 1 }, opener);
  const made = new Map<string, HeadingCell>();
  let shown: readonly HeadingCell[] = [];

  /** The column whose name is at a place of the screen. */
  const keyAt = (x: number): ColumnKey | undefined =>
    shown.find(({ cell }) => {
      const { left, right } = cell.getBoundingClientRect();
      return left <= x && x < right;
    })?.key;

  function createCell({ key, kind }: Column): HeadingCell {
    const button = element('button', { type: 'button', class: 'sorter', tabindex: -1 });
    const edge = element('span', { class: 'edge', 'aria-hidden': 'true' });
    const cell = element('th', { class: `column-${kind}`, scope: 'col' }, button, edge);
    const dragged = followDrag(button, {
      over: (x) => {
        const target = keyAt(x);
        for (const other of shown) other.cell.classList.toggle('drop', target !== key && other.key === target);
      },
      drop: (x) => {
        for (const other of shown) other.cell.classList.remove('drop');
        const target = x === null ? undefined : keyAt(x);
        if (target !== undefined && target !== key) actions.move(key, target);
      },
    });
    button.addEventListener('click', () => {
      if (!dragged()) actions.sort(key);
    });
    button.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      if (step === 0 || !event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      if (!event.ctrlKey && !event.metaKey) {
        actions.resize(key, fittingWidth(cell.offsetWidth + step * keyStep));
        return;
      }
      const target = shown[shown.findIndex((other) => other.key === key) + step]?.key;
      if (target !== undefined) actions.move(key, target);
    });
    dragging(edge, cell, (width) => actions.resize(key, width));
    edge.addEventListener('dblclick', () => actions.resize(key, null));
    return {
      key,
      cell,
      button,
      show: ({ title, meaning }, place) => {
        const hint = 'Press to sort. Shift and arrow keys change the width; with Ctrl, the place.';
        setText(button, title);
        setAttribute(button, 'title', `${meaning === undefined ? '' : `${meaning}. `}${hint}`);
        setAttribute(cell, 'aria-colindex', place);
      },
    };
  }

  /** The order that the columns say; undefined where they have to say it again. */
  let saidSort: ViewState['sort'] | undefined;

  return {
    element: line,
    get cells() {
      return [opener, ...shown.map(({ button }) => button)];
    },
    arrange: (columns, places) => {
      saidSort = undefined;
      shown = columns.map((column, index) => {
        const name = `${column.kind} ${column.key}`;
        const held = made.get(name) ?? createCell(column);
        made.set(name, held);
        held.show(column, places[index] ?? 0);
        return held;
      });
      setChildren(line, [opener, ...shown.map(({ cell }) => cell)]);
    },
    show: (sort) => {
      if (sort === saidSort) return;
      saidSort = sort;
      // Newest first is by epoch.
      const { column, descending } = sort ?? { column: 'epoch', descending: true };
      for (const { key, cell } of shown) {
        const order = key !== column ? 'none' : descending ? 'descending' : 'ascending';
        setAttribute(cell, 'aria-sort', order);
      }
    },
  };
}

function dragging(edge: HTMLElement, cell: HTMLElement, resize: (width: number) => void) {
  let start: { x: number; width: number } | null = null;
  edge.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    edge.setPointerCapture(event.pointerId);
    start = { x: event.clientX, width: cell.offsetWidth };
  });
  edge.addEventListener('pointermove', (event) => {
    if (start !== null) resize(fittingWidth(start.width + event.clientX - start.x));
  });
  for (const end of ['pointerup', 'pointercancel']) {
    edge.addEventListener(end, () => {
      start = null;
    });
  }
}
