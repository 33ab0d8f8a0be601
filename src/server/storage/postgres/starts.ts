import { areSuperseding, type SupersedingRow, startsOf } from '../checkpointGrowth.ts';
import type { Ask } from './database.ts';

const addStarts = `
  INSERT INTO training_predictions.starts AS known
  SELECT $1::bigint, * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
  ON CONFLICT (job, restart) DO UPDATE SET
    restart_from = least(known.restart_from, excluded.restart_from),
    epoch = least(known.epoch, excluded.epoch),
    step = CASE WHEN (known.epoch, known.step) <= (excluded.epoch, excluded.step) THEN known.step ELSE excluded.step END`;

/**
 * Takes notice of rows that may supersede others: nothing is asked of the database for those that cannot.
 *
 * @returns whether there are such rows
 */
export async function addToStarts(ask: Ask, job: number, rows: readonly SupersedingRow[]): Promise<boolean> {
  if (!areSuperseding(rows)) return false;
  const starts = startsOf(rows);
  if (starts.length > 0) {
    await ask(addStarts, [
      job,
      starts.map(({ restart }) => restart),
      starts.map(({ from }) => from),
      starts.map(({ first }) => first.epoch),
      starts.map(({ first }) => first.step),
    ]);
  }
  return true;
}
