import { type Checkpoint, checkpointKey } from '../../src/model/checkpoints.ts';
import { plainName } from '../../src/plainText.ts';
import { element, setChildren, setText } from '../dom.ts';
import { createAbsence } from '../texts/absenceView.ts';
import type { Formats } from '../texts/formats.ts';
import { type ChartTable, cellText, hasSameValues, newestText, type TableLines } from './chartTable.ts';

/** Lines that are there at first, and that each press adds: a page with many thousands would take seconds to lay out. */
const linesAtOnce = 100;
const mostLines = 2000;

export interface DataTable {
  readonly element: HTMLElement;
  show(lines: TableLines): void;
  /** In sight for everyone, and within reach of the keyboard; otherwise it is there for screen readers alone. */
  setVisible(visible: boolean): void;
}

interface Line {
  row: HTMLTableRowElement;
  button: HTMLButtonElement;
  cells: HTMLTableCellElement[];
  /** What it says. */
  values: readonly (number | null)[];
}

/**
 * The numbers of a chart. A checkpoint is a button that shows its predictions; all of them are one stop of the tab order,
 * arrow keys move between them.
 */
export function createDataTable(labelledBy: string, formats: Formats, choose: (at: Checkpoint) => void): DataTable {
  const heading = element('tr');
  const body = element('tbody');
  const table = element('table', { 'aria-labelledby': labelledBy }, element('thead', {}, heading), body);
  const older = createAbsence(() => {
    most = Math.min(mostLines, most + linesAtOnce);
    if (shown !== null) show(shown);
  });
  const container = element('div', { class: 'spoken' }, older.element, table);
  /** By their checkpoints, in the order of the table. */
  let lines = new Map<string, Line>();
  let visible = false;
  let shown: TableLines | null = null;
  /** Lines that are shown, the newest. */
  let most = linesAtOnce;
  /** The checkpoint that the tab order stops at. */
  let stop: string | null = null;

  function lineOf({ epoch, step }: Checkpoint, columns: number): Line {
    const key = checkpointKey({ epoch, step });
    const held = lines.get(key);
    if (held !== undefined) return held;
    const button = element('button', { type: 'button', class: 'epoch-button', title: 'Show its predictions' });
    button.addEventListener('click', () => choose({ epoch, step }));
    button.addEventListener('focus', () => stopAt(key));
    button.addEventListener('keydown', (event) => move(event, key));
    const cells = Array.from({ length: columns - 1 }, () => element('td'));
    const row = element('tr', {}, element('th', { scope: 'row' }, button), ...cells);
    return { row, button, cells, values: [] };
  }

  function stopAt(key: string | null) {
    stop = key;
    for (const [of, { button }] of lines) button.tabIndex = visible && of === stop ? 0 : -1;
  }

  function move(event: KeyboardEvent, key: string) {
    const buttons = [...lines.values()].map(({ button }) => button).filter((button) => !button.disabled);
    const current = lines.get(key)?.button;
    const index = current === undefined ? -1 : buttons.indexOf(current);
    const target = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: buttons.length - 1 }[event.key];
    const button = buttons[target ?? -1];
    if (button === undefined) return;
    event.preventDefault();
    button.focus();
  }

  function show(all: TableLines) {
    shown = all;
    const content = all.newest(most);
    const { columns } = content;
    const rows = content.rows.slice(-most);
    if (heading.childElementCount !== columns.length) {
      heading.replaceChildren(
        ...columns.map(() => element('th', { scope: 'col' }, element('span', { class: 'heading-text' }))),
      );
      lines = new Map();
    }
    columns.forEach((column, index) => {
      const text = heading.cells[index]?.firstChild;
      if (text != null) setText(text, plainName(column.heading));
    });
    lines = new Map(rows.map((row) => [checkpointKey(row), drawn(row, content)]));
    setChildren(
      body,
      [...lines.values()].map(({ row }) => row),
    );
    showOlder();
    // The newest checkpoint is the one that is asked for most.
    const held = rows.find((row) => row.own && checkpointKey(row) === stop) ?? rows.findLast(({ own }) => own);
    stopAt(held === undefined ? null : checkpointKey(held));
  }

  function showOlder() {
    const text = newestText(lines.size, shown?.total ?? 0, formats);
    // Nobody would see where the focus is.
    const action = visible && lines.size < mostLines ? 'Show more' : null;
    older.show(text === null ? null : { text, busy: false, action });
  }

  /** To write numbers takes longer than to look whether they changed. */
  function drawn({ own, values, ...at }: ChartTable['rows'][number], content: ChartTable): Line {
    const line = lineOf(at, content.columns.length);
    line.button.disabled = !own;
    if (hasSameValues(line.values, values)) return line;
    line.values = values;
    setText(line.button, cellText(content, values, 0));
    for (const [index, cell] of line.cells.entries()) setText(cell, cellText(content, values, index + 1));
    return line;
  }

  return {
    element: container,
    show,
    setVisible: (present) => {
      visible = present;
      container.classList.toggle('spoken', !visible);
      container.classList.toggle('chart-table', visible);
      stopAt(stop);
      showOlder();
    },
  };
}
