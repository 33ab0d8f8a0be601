import type { ColumnKey, ViewState } from '../../../src/panel/protocol.ts';
import { element, setAttribute } from '../../dom.ts';
import { columns } from './columns.ts';
import { fittingWidth } from './columnWidths.ts';

export interface Heading {
  readonly element: HTMLElement;
  /** What takes the focus in each column, the one that opens rows first. */
  readonly cells: readonly HTMLElement[];
  show(sort: ViewState['sort']): void;
}

export interface HeadingActions {
  sort(column: ColumnKey): void;
  /** @param width in px, null for the usual one */
  resize(column: ColumnKey, width: number | null): void;
}

/** How far one press of a key moves the edge of a column, in px. */
const keyStep = 16;

/**
 * The line of column names. A press sorts; Shift with the arrow keys, or the edge of a name, changes the width; a
 * double click on the edge gives the usual width back.
 */
export function createHeading(actions: HeadingActions): Heading {
  const opener = element(
    'th',
    { class: 'column-open', scope: 'col', tabindex: -1 },
    element('span', { class: 'spoken' }, 'Details'),
  );
  const made = columns.map(({ key, title, meaning }, index) => {
    const hint = `${meaning === undefined ? '' : `${meaning}. `}Press to sort, Shift and arrow keys change the width.`;
    const button = element('button', { type: 'button', class: 'sorter', tabindex: -1, title: hint }, title);
    const edge = element('span', { class: 'edge', 'aria-hidden': 'true' });
    const cell = element('th', { class: `column-${key}`, scope: 'col', 'aria-colindex': index + 2 }, button, edge);
    button.addEventListener('click', () => actions.sort(key));
    button.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowRight' ? keyStep : event.key === 'ArrowLeft' ? -keyStep : 0;
      if (step === 0 || !event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      actions.resize(key, fittingWidth(cell.offsetWidth + step));
    });
    dragging(edge, cell, (width) => actions.resize(key, width));
    edge.addEventListener('dblclick', () => actions.resize(key, null));
    return { key, cell, button };
  });

  return {
    element: element('tr', { 'aria-rowindex': 1 }, opener, ...made.map(({ cell }) => cell)),
    cells: [opener, ...made.map(({ button }) => button)],
    show: (sort) => {
      // Newest first is by epoch.
      const { column, descending } = sort ?? { column: 'epoch', descending: true };
      for (const { key, cell } of made) {
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
