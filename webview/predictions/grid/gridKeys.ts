/** Both from 0; column 0 holds the button that opens the row. */
export interface CellPosition {
  row: number;
  column: number;
}

/**
 * Where a key leads in the table; null when the key is none of its own (the grid pattern of the ARIA Authoring
 * Practices Guide).
 */
export function moveFocus(
  from: CellPosition,
  key: { key: string; ctrlKey: boolean },
  size: { rows: number; columns: number },
): CellPosition | null {
  const lastRow = size.rows - 1;
  const lastColumn = size.columns - 1;
  switch (key.key) {
    case 'ArrowUp':
      return { ...from, row: Math.max(0, from.row - 1) };
    case 'ArrowDown':
      return { ...from, row: Math.min(lastRow, from.row + 1) };
    case 'ArrowLeft':
      return { ...from, column: Math.max(0, from.column - 1) };
    case 'ArrowRight':
      return { ...from, column: Math.min(lastColumn, from.column + 1) };
    case 'Home':
      return { row: key.ctrlKey ? 0 : from.row, column: 0 };
    case 'End':
      return { row: key.ctrlKey ? lastRow : from.row, column: lastColumn };
    default:
      return null;
  }
}
