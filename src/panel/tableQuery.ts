/** Which rows the table shows, and in which order. */
import type { PredictionStore } from '../store/predictionStore.ts';
import type { ColumnKey, ViewState } from './protocol.ts';
import { TextOrder } from './textOrder.ts';

export type TableQuery = Pick<ViewState, 'epoch' | 'search' | 'invalidOnly' | 'regressedOnly' | 'sort'>;

/** True for a query that the store answers by itself: newest first, all rows or those of one epoch. */
export function isPlain({ search, invalidOnly, regressedOnly, sort }: TableQuery): boolean {
  return search === '' && !invalidOnly && !regressedOnly && sort === null;
}

export function isSameQuery(a: TableQuery, b: TableQuery): boolean {
  return (
    a.epoch === b.epoch &&
    a.search === b.search &&
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
  return (row) =>
    (query.epoch === null || table.epoch(row) === query.epoch) &&
    (!query.invalidOnly || table.validationPass(row) === false) &&
    (!query.regressedOnly || store.mark(row) === 'worse') &&
    holds(row);
}

/** Texts that repeat are searched once; the answer, which may have to be read from a file, last. */
function textMatcher(search: string, { table }: PredictionStore): (row: number) => boolean {
  const pattern = new RegExp(escapePattern(search), 'iu');
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

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** The order of a query. Rows without a value come last either way; equal ones are newest first. */
export function comparator({ sort }: TableQuery, { table }: PredictionStore): (a: number, b: number) => number {
  if (sort === null) return (a, b) => table.newestFirst(a, b);
  const direction = sort.descending ? -1 : 1;
  const orders: { [C in ColumnKey]: () => (a: number, b: number) => number } = {
    epoch: () => byNumber((row) => table.epoch(row), direction),
    step: () => byNumber((row) => table.step(row), direction),
    sample: () => byNumber((row) => table.sample(row), direction),
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
    charErrorRate: () => byNumber((row) => table.score(row, 'char_error_rate'), direction),
    exactMatch: () => byNumber((row) => table.score(row, 'exact_match'), direction),
    validation: () =>
      byNumber((row) => {
        const passed = table.validationPass(row);
        return passed === null ? Number.NaN : Number(passed);
      }, direction),
  };
  const order = orders[sort.column]();
  return (a, b) => order(a, b) || table.newestFirst(a, b);
}

/** @param value NaN where there is none */
function byNumber(value: (row: number) => number, direction: number): (a: number, b: number) => number {
  return (a, b) => {
    const [left, right] = [value(a), value(b)];
    if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return (left - right) * direction;
  };
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
