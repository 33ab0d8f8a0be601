import type { StatementSync } from 'node:sqlite';
import { areSuperseding, type SupersedingRow, startsOf } from '../checkpointGrowth.ts';

const addStartSql = `
  INSERT INTO starts AS known VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (job, restart) DO UPDATE SET
    restart_from = min(coalesce(known.restart_from, excluded.restart_from),
                       coalesce(excluded.restart_from, known.restart_from)),
    epoch = min(known.epoch, excluded.epoch),
    step = CASE WHEN (known.epoch, known.step) <= (excluded.epoch, excluded.step) THEN known.step ELSE excluded.step END`;

/**
 * Takes notice of rows that may supersede others: nothing is asked of the database for those that cannot.
 *
 * @param prepare a statement of that SQL
 * @returns whether there are such rows
 */
export function addToStarts(
  prepare: (sql: string) => StatementSync,
  job: number,
  rows: readonly SupersedingRow[],
): boolean {
  if (!areSuperseding(rows)) return false;
  const add = prepare(addStartSql);
  for (const { restart, from, first } of startsOf(rows)) add.run(job, restart, from, first.epoch, first.step);
  return true;
}
