import { isKnownScore } from '../model/knownScores.ts';
import type { BandKind, ChartedScore } from './protocol/trends.ts';
import type { ColumnKey, ViewState } from './protocol/view.ts';

/** Rows that fit, before anybody looked. */
const firstFit = 10;
/** Answers of the Comparison tab, to begin with. */
const firstAnswers = 200;
/** Scores of the job's own that have a column without being asked for, at most. */
const firstScores = 6;
/** Figures of the trainer's that have a chart without being asked for, at most. */
const firstFigures = 12;
/** A view remembers the places of so many columns; of more it forgets those that the job does not have. */
const rememberedColumns = 800;

export type TextForm = ViewState['textForm'];
/** Longer texts are not rendered, in characters. */
export const renderedCharacters = 100_000;

/**
 * What a panel shows before its reader chose anything. A part of the protocol, apart from its schemas, so that the webview
 * need not carry these.
 *
 * @param pageSize rows a page; until it is known how many fit, of `fit` too
 */
export function initialView(pageSize: number | 'fit', wrap = false, textForm: TextForm = 'raw'): ViewState {
  return {
    tab: 'predictions',
    epoch: null,
    step: null,
    source: null,
    conditions: [],
    search: '',
    invalidOnly: false,
    regressedOnly: false,
    group: null,
    superseded: false,
    sort: null,
    hiddenColumns: [],
    emptyColumns: [],
    columnOrder: [],
    wrap,
    textForm,
    offset: 0,
    pageSize: pageSize === 'fit' ? firstFit : pageSize,
    fit: pageSize === 'fit',
    hold: false,
    expanded: [],
    sample: null,
    sampleSearch: '',
    compareWith: 'truth',
    answers: firstAnswers,
    finalAnswerOnly: true,
    compareJson: 'text',
    openAnswers: [],
    overlay: null,
    trendScores: null,
    trendMetrics: null,
    trendAxis: null,
    trendBand: null,
    smoothing: 0,
    logScale: false,
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

/** The charts of a job whose scripts send no scores of their own, whether it has such scores or not. */
const plainCharts = ['char_error_rate', 'exact_match', 'word_overlap', 'validation_pass'] as const;

/** A job has no scores but those of the contract. */
export function hasPlainScores(names: readonly string[]): boolean {
  return names.every(isKnownScore);
}

/** The scores that a chart can be asked for, in the order of their charts. @param names as `scores` tells them */
export function chartableScores(names: readonly string[]): readonly string[] {
  if (!hasPlainScores(names)) return names;
  return [...plainCharts, ...names.filter((name) => !plainCharts.some((plain) => plain === name))];
}

/** The scores that have a chart: what the reader chose; at first the known ones and the first six others. */
export function chartedScores(chosen: ViewState['trendScores'], names: readonly string[]): string[] {
  if (chosen !== null) {
    const kept = new Set(chosen);
    return chartableScores(names).filter((name) => kept.has(name));
  }
  if (hasPlainScores(names)) return [...plainCharts];
  const others = names.filter((name) => !isKnownScore(name));
  return [...names.filter(isKnownScore), ...others.slice(0, firstScores)];
}

/** The band that a view asks for: that of the first edition where the job has nothing else. */
export function bandOf(chosen: ViewState['trendBand'], names: readonly string[]): NonNullable<ViewState['trendBand']> {
  return chosen ?? (hasPlainScores(names) ? 'range' : 'percentiles');
}

/**
 * The band of one score; null for none: the samples of a share are at its ends, unless they have several completions.
 *
 * @param completions some sample has several at a checkpoint
 */
export function bandOfScore(
  { name, isShare }: Pick<ChartedScore, 'name' | 'isShare'>,
  chosen: ViewState['trendBand'],
  names: readonly string[],
  completions = false,
): BandKind | null {
  // Rates are some of 0 and 1 alone by chance.
  if (isShare && name !== 'char_error_rate' && name !== 'word_overlap') return completions ? 'passes' : null;
  if (name === 'exact_match' || name === 'validation_pass') return null;
  // The first edition had one for the error rate alone.
  if (chosen === null && hasPlainScores(names) && name !== 'char_error_rate') return null;
  return bandOf(chosen, names);
}

/**
 * What answers are held against: where no row of the job has a ground truth, the answer before instead of it.
 *
 * @param truths as `scores` tells it
 */
export function heldAgainst(chosen: ViewState['compareWith'], truths: boolean | null): ViewState['compareWith'] {
  return chosen === 'truth' && truths === false ? 'previous' : chosen;
}

/** The trainer's figures that have a chart. @param names as `losses` tells them */
export function chartedMetrics(chosen: ViewState['trendMetrics'], names: readonly string[]): string[] {
  if (chosen === null) return names.slice(0, firstFigures);
  const kept = new Set(chosen);
  return names.filter((name) => kept.has(name));
}
