import type { ColumnKey } from '../../../src/panel/protocol.ts';
import { element, setAttribute } from '../../dom.ts';
import { columns } from './columns.ts';
import { type ChosenWidths, openerWidth, tableWidths } from './columnWidths.ts';

export interface ColumnGroup {
  readonly element: HTMLElement;
  /** Gives `table` the columns that are not hidden, and their widths. */
  layOut(table: HTMLElement, hidden: readonly ColumnKey[], chosen: ChosenWidths): void;
}

/** The `<colgroup>` of the table. Style sheets hide the cells of the columns that `data-hidden` names. */
export function createColumnGroup(): ColumnGroup {
  const opener = element('col');
  const made = columns.map(({ key }) => ({ key, col: element('col', { class: `column-${key}` }) }));
  const px = (width: number | null) => (width === null ? '' : `${width}px`);
  opener.style.inlineSize = px(openerWidth);

  return {
    element: element('colgroup', {}, opener, ...made.map(({ col }) => col)),
    layOut: (table, hidden, chosen) => {
      setAttribute(table, 'data-hidden', hidden.join(' '));
      const shown = columns.filter(({ key }) => !hidden.includes(key));
      const widths = tableWidths(shown, chosen);
      const widthOf = new Map(widths.columns.map(({ key, width }) => [key, width]));
      for (const { key, col } of made) col.style.inlineSize = px(widthOf.get(key) ?? null);
      table.style.inlineSize = px(widths.table);
      table.style.minInlineSize = px(widths.minimum);
    },
  };
}
