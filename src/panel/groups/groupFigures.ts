import { cutOffOf, groupOf, passAt, teachesNothing } from '../../model/completions.ts';
import type { ReasoningTags } from '../../model/reasoning.ts';
import { isKnownScore } from '../../model/scores.ts';
import type { PredictionStore } from '../../store/predictionStore.ts';
import type { PassRates } from '../protocol/comparison.ts';
import type { GroupDetail, GroupFigures } from '../protocol/table.ts';
import { answerText, cutAnswer } from '../texts/answerText.ts';
import { cell, cutLength } from '../texts/cell.ts';
import { rooms, shownPromptOf } from '../texts/promptText.ts';

/** @param rows the completions of a sample at a checkpoint */
export function groupFigures({ table, judge }: PredictionStore, rows: readonly number[]): GroupFigures {
  const summary = judge === null ? null : groupOf(rows.map((row) => table.score(row, judge.name)));
  if (summary === null) return { completions: rows.length, judged: null };
  const { mean, min, max, spread } = summary;
  const [best, worst] = judge?.direction === 'lower' ? [min, max] : [max, min];
  const judged = { mean, best, worst, spread, teachesNothing: teachesNothing(summary, rows.length) };
  return { completions: rows.length, judged };
}

/** Of the scores whose values are all 0 or 1, the deciding one first. */
export function passRates(store: PredictionStore, rows: readonly number[]): PassRates[] {
  const { table, scoreNames, judge } = store;
  const names = scoreNames.filter((name) => table.scores.isShare(name));
  const ordered = names.filter((name) => name === judge?.name);
  ordered.push(...names.filter((name) => name !== judge?.name && !isKnownScore(name)));
  return ordered.flatMap((name) => {
    const summary = groupOf(rows.map((row) => table.score(row, name)));
    if (summary?.passed == null) return [];
    const { count, passed } = summary;
    return [{ name, one: passAt(1, count, passed), all: passAt(count, count, passed) }];
  });
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
export function groupDetail(store: PredictionStore, id: string, tags?: readonly ReasoningTags[]): GroupDetail | null {
  const { table, scoreNames, judge } = store;
  const row = table.find(id);
  if (row === undefined) return null;
  const own = scoreNames.filter((name) => !isKnownScore(name) || name === judge?.name);
  // Where the job has none of its own, those of the contract tell completions apart.
  const names = own.length > 1 || !isKnownScore(own[0] ?? 'char_error_rate') ? own : scoreNames;
  const rows = store.group(row);
  const newest = rows.at(-1) ?? row;
  const truth = table.groundTruth(newest);
  const truthCharacters = truth === null ? undefined : cutLength(truth);
  return {
    ...shownPromptOf(store, newest, tags),
    groundTruth: truth === null ? null : cell(truth),
    ...(truthCharacters === undefined ? {} : { truthCharacters }),
    completions: bestFirst(store, rows).map((member) => {
      const read = table.read(member);
      return {
        id: table.id(member),
        place: rows.indexOf(member) + 1,
        ...cutAnswer(answerText(read, tags, true, rooms.list)),
        cutOff: cutOffOf(read),
        scores: names.flatMap((name) => {
          const value = table.score(member, name);
          return Number.isNaN(value) ? [] : [[name, value] as const];
        }),
      };
    }),
  };
}
