/** Which rows the table shows, and in which order. */
import { groupOf } from '../model/completions.ts';
import { compareScores } from '../model/marks.ts';
import type { SampleKey } from '../model/samples.ts';
import { searchPattern } from '../plainText.ts';
import type { Part } from '../store/checkpointIndex.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import { isScoreColumn, type ScoreColumn, scoreOfColumn } from './initialView.ts';
import type { ColumnKey, Condition, ViewState } from './protocol/view.ts';
import { TextOrder } from './textOrder.ts';

export type TableQuery = Pick<
  ViewState,
  'epoch' | 'step' | 'source' | 'search' | 'conditions' | 'invalidOnly' | 'regressedOnly' | 'sort' | 'superseded'
> & {
  /** A line stands for the completions of a sample at a checkpoint. */
  grouped: boolean;
};

/** What of a view asks for rows. @param grouped what comes of its `group` */
export function queryOf(view: ViewState, grouped: boolean): TableQuery {
  const { epoch, step, source, search, conditions, invalidOnly, regressedOnly, sort, superseded } = view;
  return { epoch, step, source, search, conditions, invalidOnly, regressedOnly, sort, superseded, grouped };
}

/** The lines that a query shows, each by a row. `before` is an arrival number: lines as they stood then. */
export interface Rows {
  /** Takes in what arrived, for at most `budget` ms. @returns whether that was all */
  advance(budget: number): boolean;
  count(): number;
  countBefore(before: number): number;
  page(offset: number, limit: number): number[];
  pageBefore(before: number, offset: number, limit: number): number[];
  /** All rows that the lines stand for, in their order. */
  rowsBefore(before: number): number[];
}

/** True for a query that the store answers by itself: newest first, all rows or those of an epoch or checkpoint. */
export function isPlain(query: TableQuery, store: PredictionStore): boolean {
  return asksForNothing(query) && !query.grouped && !hidesSuperseded(query, store);
}

/** True for all groups there are, newest first: what a reader comes back to from every filter. */
export function isAllGroups(query: TableQuery): boolean {
  return asksForNothing(query) && query.grouped && partOf(query) === null;
}

function asksForNothing({ source, search, conditions, invalidOnly, regressedOnly, sort }: TableQuery): boolean {
  const asksForText = source !== null || search !== '';
  const asksForScores = conditions.length > 0 || invalidOnly || regressedOnly;
  return !asksForText && !asksForScores && sort === null;
}

function hidesSuperseded({ superseded }: TableQuery, store: PredictionStore): boolean {
  return store.supersedes && !superseded;
}

/** The part of the job that a query is about. */
export function partOf({ epoch, step }: Pick<TableQuery, 'epoch' | 'step'>): Part {
  return epoch === null || step === null ? epoch : { epoch, step };
}

/**
 * What decides beside the rows themselves which of them a query shows, and in which order: where something of it is
 * another, rows that were looked at have to be looked at again.
 */
export function basisOf(query: TableQuery, store: PredictionStore): readonly unknown[] {
  const { conditions, regressedOnly, sort, grouped } = query;
  const comparesScores = conditions.length > 0 || (sort !== null && isScoreColumn(sort.column));
  const asksForSamples = regressedOnly || sort?.column === 'sample' || grouped || hidesSuperseded(query, store);
  return [
    store.life,
    grouped,
    // A score may lose its column to another one.
    comparesScores ? store.scoreNames : null,
    asksForSamples ? store.reckoning : null,
  ];
}

export function isSameQuery(a: ViewState, b: ViewState): boolean {
  return (
    a.epoch === b.epoch &&
    a.step === b.step &&
    a.source === b.source &&
    a.search === b.search &&
    JSON.stringify(a.conditions) === JSON.stringify(b.conditions) &&
    a.group === b.group &&
    a.superseded === b.superseded &&
    a.invalidOnly === b.invalidOnly &&
    a.regressedOnly === b.regressedOnly &&
    a.sort?.column === b.sort?.column &&
    a.sort?.descending === b.sort?.descending
  );
}

/** Whether a row of the store, as it is now, passes the filters. */
export function matcher(query: TableQuery, store: PredictionStore): (row: number) => boolean {
  const { table } = store;
  const holds = query.search === '' ? () => true : textMatcher(query.search, store);
  const part = partOf(query);
  return (row) =>
    store.isOf(row, part) &&
    (query.superseded || !store.isSuperseded(row)) &&
    (query.source === null || table.source(row) === query.source) &&
    query.conditions.every((condition) => fulfils(table.score(row, condition.score), condition)) &&
    (!query.invalidOnly || table.validationPass(row) === false) &&
    (!query.regressedOnly || store.mark(row) === 'worse') &&
    holds(row);
}

/** @param value NaN where the row has no such score; values that differ by a rounding are equal */
export function fulfils(value: number, condition: Condition): boolean {
  if (condition.comparison === 'none') return Number.isNaN(value);
  switch (compareScores(value, condition.value, 'higher')) {
    case 'worse':
      return condition.comparison === '<' || condition.comparison === '≤';
    case 'same':
      return condition.comparison === '≤' || condition.comparison === '=' || condition.comparison === '≥';
    case 'better':
      return condition.comparison === '>' || condition.comparison === '≥';
    case null:
      return false;
  }
}

/** Texts that repeat are searched once; the answer, which may have to be read from a file, last. */
export function textMatcher(search: string, { table }: PredictionStore): (row: number) => boolean {
  const pattern = searchPattern(search);
  const known = new Map<number, boolean>();
  const repeated = (number: number, text: () => string): boolean => {
    let holds = known.get(number);
    if (holds === undefined) {
      holds = pattern.test(text());
      known.set(number, holds);
    }
    return holds;
  };
  return (row) => {
    const prompt = table.promptNumber(row);
    const truth = table.groundTruthNumber(row);
    if (prompt === undefined ? pattern.test(table.prompt(row)) : repeated(prompt, () => table.prompt(row))) return true;
    const truthText = () => table.groundTruth(row) ?? '';
    if (truth === undefined ? pattern.test(truthText()) : truth !== null && repeated(truth, truthText)) return true;
    return pattern.test(table.prediction(row));
  };
}

/** The order of a query. Rows without a value come last either way; equal ones are newest first. */
export function comparator({ sort }: TableQuery, store: PredictionStore): (a: number, b: number) => number {
  const { table } = store;
  if (sort === null) return (a, b) => table.newestFirst(a, b);
  const direction = sort.descending ? -1 : 1;
  const orders: { [C in Exclude<ColumnKey, ScoreColumn>]: () => (a: number, b: number) => number } = {
    epoch: () => byNumber((row) => table.epoch(row), direction),
    step: () => byNumber((row) => table.step(row), direction),
    sample: () => byNumber(sampleNumbers(store), direction),
    prompt: () =>
      byText(
        (row) => table.prompt(row),
        (row) => table.promptNumber(row),
        direction,
      ),
    groundTruth: () =>
      byText(
        (row) => table.groundTruth(row) ?? '',
        (row) => table.groundTruthNumber(row),
        direction,
      ),
    prediction: () =>
      byText(
        (row) => table.prediction(row),
        () => undefined,
        direction,
      ),
  };
  const byScore = (name: string) => byNumber((row) => table.score(row, name), direction);
  const order = isScoreColumn(sort.column) ? byScore(scoreOfColumn(sort.column)) : orders[sort.column]();
  return (a, b) => order(a, b) || table.newestFirst(a, b);
}

/**
 * What the samples of rows are called by. A sample with a `prompt_id` may get a smaller number later: for an order it
 * keeps the one that it had when it was first looked at.
 */
function sampleNumbers(store: PredictionStore): (row: number) => number {
  const numbers = new Map<SampleKey, number>();
  return (row) => {
    const key = store.sampleKey(row);
    if (typeof key === 'number') return key;
    let number = numbers.get(key);
    if (number === undefined) {
      number = store.sampleIndex(row);
      numbers.set(key, number);
    }
    return number;
  };
}

/** @param value NaN where there is none */
function byNumber(value: (row: number) => number, direction: number): (a: number, b: number) => number {
  return (a, b) => compareValues(value(a), value(b), direction);
}

/** NaN, which is no value, comes last either way. */
export function compareValues(left: number, right: number, direction: number): number {
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  return (left - right) * direction;
}

/** Mean of a score over rows; NaN where none has it. */
export function meanOf({ table }: PredictionStore, rows: readonly number[], name: string): number {
  return groupOf(rows.map((row) => table.score(row, name)))?.mean ?? Number.NaN;
}

/** @param number names a text that repeats; undefined for one of its own, null where there is none */
function byText(
  text: (row: number) => string,
  number: (row: number) => number | null | undefined,
  direction: number,
): (a: number, b: number) => number {
  const own = new TextOrder(text);
  return (a, b) => {
    const [left, right] = [number(a), number(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (left === undefined || right === undefined) return own.compare(a, b) * direction;
    if (left === right) return 0;
    const [leftText, rightText] = [text(a), text(b)];
    return leftText === rightText ? 0 : leftText < rightText ? -direction : direction;
  };
}
