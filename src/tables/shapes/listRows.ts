import { CellError } from '../cells.ts';
import { cellChat } from '../chatCells.ts';
import type { Mapping } from '../columns.ts';
import { plain } from '../columns.ts';

type Cells = Readonly<Record<string, unknown>>;

/** Lists of answers of which the first counts. */
const firstCounts = ['filteredresps', 'resps'];

/**
 * Rows that stand in one: an object of lists, a list a column, as trainers log a batch; or several answers to one prompt.
 * Lists of that length are taken apart, all else is said of each.
 *
 * @throws CellError
 */
export function rowsInLists(cells: Cells, { roles, isOwn }: Mapping): Cells[] {
  const { prompt, prediction } = roles;
  if (isOwn || prompt === undefined || prediction === undefined) return [cells];
  const [asked, answered] = [listOf(cells[prompt]), listOf(cells[prediction])];
  if (answered === undefined || firstCounts.includes(plain(prediction))) return [cells];
  if (asked !== undefined && asked.length !== answered.length) {
    throw new CellError(`“${prompt}” has ${asked.length} values, and “${prediction}” has ${answered.length}`);
  }
  const count = answered.length;
  if (asked === undefined && count < 2) return [cells];
  return Array.from({ length: count }, (_, index) => {
    const row: Record<string, unknown> = {};
    for (const [name, cell] of Object.entries(cells)) {
      const isTruth = asked === undefined && name === roles.ground_truth;
      const isSplit = Array.isArray(cell) && cell.length === count && !isTruth && cellChat(cell) === undefined;
      Object.defineProperty(row, name, {
        value: isSplit ? (cell as unknown[])[index] : cell,
        ...{ enumerable: true, configurable: true, writable: true },
      });
    }
    if (asked === undefined && !('completion_index' in row)) row['completion_index'] = index;
    return row;
  });
}

/** A list of texts or chats; undefined for one chat, and for what is no list. */
function listOf(cell: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(cell) || cellChat(cell) !== undefined) return undefined;
  const isText = (one: unknown): boolean => one == null || typeof one === 'string' || cellChat(one) !== undefined;
  return cell.every(isText) ? cell : undefined;
}
