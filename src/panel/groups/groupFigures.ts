import { groupOf, teachesNothing } from '../../model/completions.ts';
import { isKnownScore } from '../../model/scores.ts';
import type { PredictionStore } from '../../store/predictionStore.ts';
import { cell } from '../cell.ts';
import type { GroupDetail, GroupFigures } from '../protocol.ts';

/** @param rows the completions of a sample at a checkpoint */
export function groupFigures({ table, judge }: PredictionStore, rows: readonly number[]): GroupFigures {
  const summary = judge === null ? null : groupOf(rows.map((row) => table.score(row, judge.name)));
  if (summary === null) return { completions: rows.length, judged: null };
  const { mean, min, max, spread } = summary;
  const [best, worst] = judge?.direction === 'lower' ? [min, max] : [max, min];
  const judged = { mean, best, worst, spread, teachesNothing: teachesNothing(summary, rows.length) };
  return { completions: rows.length, judged };
}

/** Completions, best first by the deciding score: of equal ones the first in their order, those without it last. */
export function bestFirst({ table, judge }: PredictionStore, rows: readonly number[]): number[] {
  if (judge === null) return [...rows];
  const worth = (row: number): number => {
    const value = table.score(row, judge.name);
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : judge.direction === 'lower' ? -value : value;
  };
  return [...rows].sort((a, b) => {
    const [left, right] = [worth(a), worth(b)];
    return left === right ? 0 : right - left;
  });
}

/** The completions of the group that a row is of; null where the row is not held. */
export function groupDetail(store: PredictionStore, id: string): GroupDetail | null {
  const { table, scoreNames, judge } = store;
  const row = table.find(id);
  if (row === undefined) return null;
  const own = scoreNames.filter((name) => !isKnownScore(name) || name === judge?.name);
  // Where the job has none of its own, those of the contract tell completions apart.
  const names = own.length > 1 || !isKnownScore(own[0] ?? 'char_error_rate') ? own : scoreNames;
  const rows = store.group(row);
  const newest = rows.at(-1) ?? row;
  const truth = table.groundTruth(newest);
  return {
    prompt: cell(table.prompt(newest)),
    groundTruth: truth === null ? null : cell(truth),
    completions: bestFirst(store, rows).map((member) => ({
      id: table.id(member),
      place: rows.indexOf(member) + 1,
      prediction: cell(table.prediction(member)),
      scores: names.flatMap((name) => {
        const value = table.score(member, name);
        return Number.isNaN(value) ? [] : [[name, value] as const];
      }),
    })),
  };
}
