import { isKnownScore } from '../model/knownScores.ts';
import type { ColumnKey, ViewState } from './protocol.ts';

/** Answers of the Comparison tab, to begin with. */
const firstAnswers = 200;
/** Scores of the job's own that have a column without being asked for, at most. */
const firstScores = 6;
/** A view remembers the places of so many columns; of more it forgets those that the job does not have. */
const rememberedColumns = 800;

/**
 * What a panel shows before its reader chose anything. A part of the protocol, apart from its schemas, so that the webview
 * need not carry these.
 *
 * @param pageSize rows a page
 */
export function initialView(pageSize: number): ViewState {
  return {
    tab: 'predictions',
    epoch: null,
    step: null,
    source: null,
    conditions: [],
    search: '',
    invalidOnly: false,
    regressedOnly: false,
    sort: null,
    hiddenColumns: [],
    columnOrder: [],
    wrap: false,
    offset: 0,
    pageSize,
    hold: false,
    expanded: [],
    sample: null,
    compareWith: 'truth',
    answers: firstAnswers,
    overlay: null,
  };
}

/** A column that holds a score. */
export type ScoreColumn = 'charErrorRate' | 'exactMatch' | 'validation' | `score:${string}`;

/** Scores whose columns have names of their own. */
const ownColumns: ReadonlyMap<string, ScoreColumn> = new Map([
  ['char_error_rate', 'charErrorRate'],
  ['exact_match', 'exactMatch'],
  ['validation_pass', 'validation'],
]);
const scoresOfColumns: ReadonlyMap<ColumnKey, string> = new Map([...ownColumns].map(([name, key]) => [key, name]));

export function isScoreColumn(key: ColumnKey): key is ScoreColumn {
  return scoresOfColumns.has(key) || key.startsWith('score:');
}

export function columnOfScore(name: string): ScoreColumn {
  return ownColumns.get(name) ?? `score:${name}`;
}

export function scoreOfColumn(key: ScoreColumn): string {
  return scoresOfColumns.get(key) ?? key.slice('score:'.length);
}

/**
 * The view with a place for each score: one that it did not know comes behind the others, so that no column moves. The
 * first scores of the job's own and the deciding score have a column at once, the others when the reader asks for it.
 *
 * @param names as `scores` tells them
 */
export function withScores(view: ViewState, names: readonly string[], judge: string | null): ViewState {
  const placed = new Set(view.columnOrder);
  const fresh = names.filter((name) => !ownColumns.has(name) && !placed.has(columnOfScore(name)));
  if (fresh.length === 0) return view;
  const hidden = new Set(view.hiddenColumns);
  const isOwn = (name: string): boolean => !ownColumns.has(name) && !isKnownScore(name);
  const shown = names.filter((name) => {
    const key = columnOfScore(name);
    return isOwn(name) && placed.has(key) && !hidden.has(key);
  });
  const others = fresh.filter((name) => isOwn(name) && name !== judge);
  const first = new Set(fresh.filter((name) => name === judge));
  for (const name of others) if (shown.length + first.size < firstScores) first.add(name);
  const isThere = new Set<ColumnKey>(names.map(columnOfScore));
  const isKept = (key: ColumnKey): boolean =>
    placed.size <= rememberedColumns || !isScoreColumn(key) || isThere.has(key);
  return {
    ...view,
    columnOrder: [...view.columnOrder.filter(isKept), ...fresh.map(columnOfScore)],
    hiddenColumns: [
      ...view.hiddenColumns.filter(isKept),
      ...fresh.filter((name) => !first.has(name)).map(columnOfScore),
    ],
  };
}

/** The scores whose values a row tells beside those of its own fields, in the order of their columns. */
export function shownScores({ columnOrder, hiddenColumns }: ViewState, names: readonly string[]): string[] {
  const isThere = new Set(names);
  const hidden = new Set(hiddenColumns);
  return columnOrder.flatMap((key) => {
    if (!isScoreColumn(key) || scoresOfColumns.has(key) || hidden.has(key)) return [];
    const name = scoreOfColumn(key);
    return isThere.has(name) ? [name] : [];
  });
}
