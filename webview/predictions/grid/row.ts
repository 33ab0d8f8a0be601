import type { GroupDetail, Row, RowDetail } from '../../../src/panel/protocol/table.ts';
import type { WholeTexts } from '../../../src/panel/protocol/texts.ts';
import { element, setAttribute, setChildren } from '../../dom.ts';
import type { Scores } from '../../scores.ts';
import type { Formats } from '../../texts/formats.ts';
import { type CellCuts, isSameCuts, noCuts } from './cells/cellCuts.ts';
import type { Column } from './columns.ts';
import { createGroupDetail, type GroupDetailView } from './groupDetail.ts';
import type { RowActions } from './rowActions.ts';
import { createRowDetail, type RowDetailView } from './rowDetail.ts';

/** By what the cells of a row are drawn. */
export interface RowLook {
  scores: Scores;
  cuts: CellCuts;
  /** What is searched for; the same pattern as long as it is the same. */
  found: RegExp | null;
}

/** A row of the table and, while it is open, the line below it. */
export interface RowView {
  /** The lines to show, in order. */
  readonly lines: readonly HTMLElement[];
  /** What takes the focus in each column: the first is the button that opens the row. */
  readonly cells: readonly HTMLElement[];
  /** Has a cell for each of these columns from now on. @param places as of the heading */
  arrange(columns: readonly Column[], places: readonly number[]): void;
  /** @param position from 1, the heading being row 1 of the grid */
  update(row: Row, position: number, open: boolean, look: RowLook): void;
  showDetail(detail: RowDetail | null): void;
  showGroup(group: GroupDetail | null): void;
  showWhole(id: string, texts: WholeTexts): void;
}

/** Makes the lines of a prediction. They can become those of another one, which takes less than to make them. */
export function createRow(formats: Formats, actions: RowActions): RowView {
  let drawnRow: Row | null = null;
  /** By what the cells are drawn; null where they have to be drawn again. */
  let drawnBy: Scores | null = null;
  let drawnCuts = noCuts;
  let drawnFound: RegExp | null = null;
  let [drawnPosition, drawnOpen] = [0, false];
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
  const openerCell = element('td', { class: 'column-open' }, opener);
  const line = element('tr', { class: 'row' }, openerCell);
  const made = new Map<string, { cell: HTMLElement; update: ReturnType<Column['draw']> }>();
  let drawn: readonly { cell: HTMLElement; update: ReturnType<Column['draw']> }[] = [];
  // The whole row opens it too, but not the end of a drag that selected some of its text.
  line.addEventListener('click', (event) => {
    if (event.target !== opener && !opener.contains(event.target as Node) && getSelection()?.isCollapsed) toggle();
  });

  let detail: RowDetailView | null = null;
  let group: GroupDetailView | null = null;
  let detailCell: HTMLElement | null = null;
  let detailLine: HTMLElement | null = null;

  function openDetail(row: Row, scores: Scores) {
    if (row.group === null) detail = createRowDetail(row, scores, formats, actions);
    else group = createGroupDetail(row, scores, formats, actions);
    detailCell = element(
      'td',
      {},
      ...(detail === null ? [] : [detail.element]),
      ...(group === null ? [] : [group.element]),
    );
    detailLine = element('tr', { class: 'detail-line' }, detailCell);
  }

  function close() {
    detail = null;
    group = null;
    detailCell = null;
    detailLine = null;
  }

  return {
    get lines() {
      return detailLine === null ? [line] : [line, detailLine];
    },
    get cells() {
      return [opener, ...drawn.map(({ cell }) => cell)];
    },
    arrange: (columns, places) => {
      drawn = columns.map((column, index) => {
        // In a narrow table a column is drawn otherwise.
        const name = `${column.kind} ${column.key}`;
        let held = made.get(name);
        if (held === undefined) {
          const cell = element('td', { class: `column-${column.kind}`, tabindex: -1 });
          held = { cell, update: column.draw(cell, formats) };
          made.set(name, held);
        }
        setAttribute(held.cell, 'aria-colindex', places[index] ?? 0);
        return held;
      });
      setChildren(line, [openerCell, ...drawn.map(({ cell }) => cell)]);
      drawnBy = null;
    },
    update: (row, position, open, { scores, cuts, found }) => {
      // The document is asked only where something changed: that takes longer than all of this.
      if (row !== drawnRow || scores !== drawnBy || found !== drawnFound || !isSameCuts(cuts, drawnCuts)) {
        const isOther = row.id !== drawnRow?.id || (row.group === null) !== (drawnRow.group === null);
        if (isOther) close();
        for (const { update } of drawn) update(row, scores, cuts, found);
        setAttribute(line, 'data-id', row.id);
        const what = row.group === null ? 'Details' : 'Completions';
        setAttribute(opener, 'aria-label', `${what} of #${row.sampleIndex} at step ${formats.count(row.step)}`);
        line.classList.toggle('superseded', row.superseded !== null);
        group?.update(row);
        drawnRow = row;
        drawnBy = scores;
        drawnCuts = cuts;
        drawnFound = found;
      }
      if (position !== drawnPosition) line.setAttribute('aria-rowindex', String(position));
      if (open !== drawnOpen) {
        opener.setAttribute('aria-expanded', String(open));
        line.classList.toggle('open', open);
      }
      [drawnPosition, drawnOpen] = [position, open];
      if (open && detailLine === null) openDetail(row, scores);
      if (detailCell !== null) setAttribute(detailCell, 'colspan', drawn.length + 1);
      if (!open) close();
    },
    showDetail: (answer) => detail?.show(answer),
    showGroup: (answer) => group?.show(answer),
    showWhole: (id, texts) => group?.fill(id, texts),
  };
}
