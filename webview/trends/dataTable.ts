import { element, setChildren, setText } from '../dom.ts';
import { type ChartTable, cellText } from './chartTable.ts';

export interface DataTable {
  readonly element: HTMLElement;
  show(table: ChartTable): void;
  /** In sight for everyone, and within reach of the keyboard; otherwise it is there for screen readers alone. */
  setVisible(visible: boolean): void;
}

interface Line {
  row: HTMLTableRowElement;
  button: HTMLButtonElement;
  cells: HTMLTableCellElement[];
}

/**
 * The numbers of a chart. An epoch is a button that shows its predictions; all of them are one stop of the tab order,
 * arrow keys move between them.
 */
export function createDataTable(labelledBy: string, choose: (epoch: number) => void): DataTable {
  const heading = element('tr');
  const body = element('tbody');
  const table = element('table', { 'aria-labelledby': labelledBy }, element('thead', {}, heading), body);
  const container = element('div', { class: 'spoken' }, table);
  const lines = new Map<number, Line>();
  let visible = false;
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
    const line = { row, button, cells };
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

  return {
    element: container,
    show: (content) => {
      const { columns, rows } = content;
      if (heading.childElementCount !== columns.length) {
        heading.replaceChildren(
          ...columns.map(() => element('th', { scope: 'col' }, element('span', { class: 'heading-text' }))),
        );
        lines.clear();
      }
      columns.forEach((column, index) => {
        const text = heading.cells[index]?.firstChild;
        if (text != null) setText(text, column.heading);
      });
      const present = new Set(rows.map(({ epoch }) => epoch));
      for (const epoch of lines.keys()) if (!present.has(epoch)) lines.delete(epoch);
      const drawn = rows.map(({ epoch, own, values }) => {
        const { row, button, cells } = lineOf(epoch, columns.length);
        button.disabled = !own;
        setText(button, cellText(content, values, 0));
        for (const [index, cell] of cells.entries()) setText(cell, cellText(content, values, index + 1));
        return row;
      });
      setChildren(body, drawn);
      // The newest epoch is the one that is asked for most.
      stopAt(
        rows.find(({ epoch, own }) => own && epoch === stop)?.epoch ?? rows.findLast(({ own }) => own)?.epoch ?? null,
      );
    },
    setVisible: (present) => {
      visible = present;
      container.classList.toggle('spoken', !visible);
      container.classList.toggle('chart-table', visible);
      stopAt(stop);
    },
  };
}
