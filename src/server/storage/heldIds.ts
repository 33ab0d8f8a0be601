import { idKey, newRowId } from './rowIds.ts';
import type { NewPrediction, StoredPrediction } from './storage.ts';

/** What rows are looked for by that may be known; none where no row brought an id of its own. */
export function idKeysOf(rows: readonly NewPrediction[]): number[] {
  const keys = new Set<number>();
  for (const { id, isOwnId } of rows) if (isOwnId === true) keys.add(idKey(id));
  return [...keys];
}

type Identified = Pick<StoredPrediction, 'id' | 'content' | 'epoch'>;

/**
 * The rows of a batch that are not known. One whose id another row has gets a new one: nothing is ever overwritten.
 *
 * @param held all rows of the job whose ids may be those of `rows`
 */
export function rowsToStore(rows: readonly NewPrediction[], held: readonly Identified[]): NewPrediction[] {
  const byId = new Map(held.map((row) => [row.id.toLowerCase(), row]));
  return rows.flatMap((row) => {
    if (row.isOwnId !== true) return row;
    const other = byId.get(row.id);
    if (other === undefined) {
      byId.set(row.id, row);
      return row;
    }
    return identityOf(other) === identityOf(row) ? [] : { ...row, id: newRowId() };
  });
}

/** What two rows of one id have alike when they are the same one. A field of another shape is as good as none. */
function identityOf({ epoch, content }: Identified): string {
  const fields = JSON.parse(content) as Record<string, unknown>;
  const whole = (name: string, absent: number | null): unknown =>
    Number.isSafeInteger(fields[name]) ? fields[name] : absent;
  return JSON.stringify([
    epoch,
    fields['step'],
    fields['sample_index'],
    whole('completion_index', null),
    whole('restart', 0),
    whole('revision', 0),
    fields['prediction'],
  ]);
}
