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
 * The numbers of a chart. An epoch is a button that shows its predictions; all of them are one stop of the tab order,
 * arrow keys move between them.
 */
export function createDataTable(labelledBy: string, formats: Formats, choose: (epoch: number) => void): DataTable {
  const heading = element('tr');
  const body = element('tbody');
  const table = element('table', { 'aria-labelledby': labelledBy }, element('thead', {}, heading), body);
  const older = createAbsence(() => {
    most = Math.min(mostLines, most + linesAtOnce);
    if (shown !== null) show(shown);
  });
  const container = element('div', { class: 'spoken' }, older.element, table);
  const lines = new Map<number, Line>();
  let visible = false;
  let shown: TableLines | null = null;
  /** Lines that are shown, the newest. */
  let most = linesAtOnce;
  /** The epoch that the tab order stops at. */
  let stop: number | null = null;

  function lineOf(epoch: number, columns: number): Line {
    const held = lines.get(epoch);
    if (held !== undefined) return held;
    const button = element('button', { type: 'button', class: 'epoch-button', title: 'Show its predictions' });
    button.addEventListener('click', () => choose(epoch));
    button.addEventListener('focus', () => stopAt(epoch));
    button.addEventListener('keydown', (event) => move(event, epoch));
    const cells = Array.from({ length: columns - 1 }, () => element('td'));
    const row = element('tr', {}, element('th', { scope: 'row' }, button), ...cells);
    const line = { row, button, cells, values: [] };
    lines.set(epoch, line);
    return line;
  }

  function stopAt(epoch: number | null) {
    stop = epoch;
    for (const [of, { button }] of lines) button.tabIndex = visible && of === stop ? 0 : -1;
  }

  function move(event: KeyboardEvent, epoch: number) {
    const epochs = [...lines.keys()].filter((of) => !lines.get(of)?.button.disabled).sort((a, b) => a - b);
    const index = epochs.indexOf(epoch);
    const target = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: epochs.length - 1 }[event.key];
    const line = lines.get(epochs[target ?? -1] ?? Number.NaN);
    if (line === undefined) return;
    event.preventDefault();
    line.button.focus();
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
      lines.clear();
    }
    columns.forEach((column, index) => {
      const text = heading.cells[index]?.firstChild;
      if (text != null) setText(text, plainName(column.heading));
    });
    const present = new Set(rows.map(({ epoch }) => epoch));
    for (const epoch of lines.keys()) if (!present.has(epoch)) lines.delete(epoch);
    setChildren(
      body,
      rows.map((row) => drawn(row, content)),
    );
    showOlder();
    // The newest epoch is the one that is asked for most.
    stopAt(
      rows.find(({ epoch, own }) => own && epoch === stop)?.epoch ?? rows.findLast(({ own }) => own)?.epoch ?? null,
    );
  }

  function showOlder() {
    const text = newestText(lines.size, shown?.total ?? 0, formats);
    // Nobody would see where the focus is.
    const action = visible && lines.size < mostLines ? 'Show more' : null;
    older.show(text === null ? null : { text, busy: false, action });
  }

  /** To write numbers takes longer than to look whether they changed. */
  function drawn({ epoch, own, values }: ChartTable['rows'][number], content: ChartTable): HTMLElement {
    const line = lineOf(epoch, content.columns.length);
    line.button.disabled = !own;
    if (hasSameValues(line.values, values)) return line.row;
    line.values = values;
    setText(line.button, cellText(content, values, 0));
    for (const [index, cell] of line.cells.entries()) setText(cell, cellText(content, values, index + 1));
    return line.row;
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
