import type { ColumnKey } from '../../../src/panel/protocol/view.ts';
import { element, setChildren } from '../../dom.ts';
import { type ColumnWidth, openerWidth, type TableWidths } from './columnWidths.ts';

export interface ColumnGroup {
  readonly element: HTMLElement;
  /** Gives `table` columns of these widths. */
  layOut(table: HTMLElement, widths: TableWidths): void;
}

/** The `<colgroup>` of the table. */
export function createColumnGroup(): ColumnGroup {
  const opener = element('col');
  const group = element('colgroup', {}, opener);
  const made = new Map<ColumnKey, HTMLElement>();
  const px = (width: number | null) => (width === null ? '' : `${width}px`);
  opener.style.inlineSize = px(openerWidth);

  function columnOf({ key, width }: ColumnWidth): HTMLElement {
    const column = made.get(key) ?? element('col');
    made.set(key, column);
    column.style.inlineSize = px(width);
    return column;
  }

  return {
    element: group,
    layOut: (table, { columns, table: whole, minimum }) => {
      setChildren(group, [opener, ...columns.map(columnOf)]);
      table.style.inlineSize = px(whole);
      table.style.minInlineSize = px(minimum);
    },
  };
}
