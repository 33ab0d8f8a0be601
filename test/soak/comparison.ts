import type { WatchSession } from '../../src/watch/watchSession.ts';
import type { Prediction } from '../../src/wire/prediction.ts';

export interface Comparison {
  /** Stored and not held. */
  lost: number;
  /** Held twice, or held and not stored. */
  doubled: number;
  /** Neighbours that stand the wrong way round. */
  misordered: number;
}

/** Holds what a session would show against what its server has. */
export function compare(session: WatchSession, stored: readonly string[]): Comparison {
  const rows = session.store.page(null, 0, Number.MAX_SAFE_INTEGER);
  const held = new Set(rows.map(({ id }) => id));
  const known = new Set(stored);
  const foreign = [...held].filter((id) => !known.has(id)).length;
  return {
    lost: stored.filter((id) => !held.has(id)).length,
    doubled: rows.length - held.size + foreign,
    misordered: rows.filter((row, index) => index > 0 && isAfter(row, rows[index - 1])).length,
  };
}

/** Whether a row belongs before the one that stands before it; newest comes first. */
function isAfter(row: Prediction, before: Prediction | undefined): boolean {
  if (before === undefined) return false;
  const place = (of: Prediction) => [of.epoch, of.step, of.sample_index, Date.parse(of.created_at)];
  const [ours, theirs] = [place(row), place(before)];
  const different = ours.findIndex((value, index) => value !== theirs[index]);
  if (different === -1) return row.id > before.id;
  return Number(ours[different]) > Number(theirs[different]);
}
