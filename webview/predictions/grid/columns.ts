import { isKnownScore } from '../../../src/model/knownScores.ts';
import type { Mark } from '../../../src/model/marks.ts';
import { columnOfScore, isScoreColumn, type ScoreColumn, scoreOfColumn } from '../../../src/panel/initialView.ts';
import type { Row } from '../../../src/panel/protocol/table.ts';
import type { ColumnKey, ViewState } from '../../../src/panel/protocol/view.ts';
import { plainName } from '../../../src/plainText.ts';
import { element, setAttribute, setText } from '../../dom.ts';
import type { Scores } from '../../scores.ts';
import type { Formats } from '../../texts/formats.ts';
import { directionText, scoreTitle, scoreValueText, scoreWords } from '../../texts/scoreTexts.ts';
import { fullOrder } from '../columnOrder.ts';
import { showCut } from './cells/cutText.ts';
import type { DrawCell } from './cells/drawCell.ts';
import { drawPrediction } from './cells/predictionCell.ts';
import { drawPrompt } from './cells/promptCell.ts';
import type { ColumnWidth } from './columnWidths.ts';
import { tightOrder } from './tightOrder.ts';

/** A column of the table: how wide it is and how its cells are drawn (`.column-<kind>` in grid.css). */
export interface Column extends ColumnWidth {
  key: ColumnKey;
  kind: string;
  title: string;
  /** Said when the title alone does not tell. */
  meaning?: string;
  /** Makes a cell's content and returns what brings it up to date with a row. */
  draw(cell: HTMLElement, formats: Formats): DrawCell;
}

const text =
  (of: (row: Row, formats: Formats) => string): Column['draw'] =>
  (cell, formats) =>
  (row) =>
    setText(cell, of(row, formats));

/** Words of a model or a data set: any script, any direction, any length. */
const foreignText =
  (column: 'prompt' | 'groundTruth'): Column['draw'] =>
  (cell) => {
    const content = element('span', { class: 'clip', dir: 'auto' });
    cell.append(content);
    return (row, _scores, cuts, found) => {
      const words = row[column];
      showCut(content, words ?? '–', cuts[column], words === null ? null : found);
    };
  };

const markSigns: Record<Mark, { sign: string; words: string; tone: string }> = {
  better: { sign: '▲', words: 'better', tone: 'good' },
  same: { sign: '=', words: 'same', tone: 'quiet' },
  worse: { sign: '▼', words: 'worse', tone: 'bad' },
};

/** The mark of a row stands in the cell of the score that decides it. */
function createMark(name: string): { element: HTMLElement; show(row: Row, scores: Scores): void } {
  const mark = element('span', { class: 'mark' });
  return {
    element: mark,
    show: (row, { judge, scores, byEpoch }) => {
      const told = row.mark === null || judge !== name ? null : markSigns[row.mark];
      setText(mark, told?.sign ?? '');
      setAttribute(mark, 'role', told === null ? null : 'img');
      setAttribute(mark, 'aria-label', told?.words ?? null);
      const before = `By ${scoreWords(name, scores)}, to the ${byEpoch ? 'epoch' : 'checkpoint'} before`;
      setAttribute(mark, 'title', told === null ? null : `${before}: ${told.words}`);
      setAttribute(mark, 'data-tone', told?.tone ?? null);
    },
  };
}

/** It reads with the number beside it. */
const barMeaning = 'Character error rate: empty is 0, all right; full is 1 or more, all wrong';

const charErrorRate: Column['draw'] = (cell, formats) => {
  const mark = createMark('char_error_rate');
  const number = element('span', { class: 'number' });
  const fill = element('span', { class: 'bar-fill' });
  const bar = element('span', { class: 'bar', 'aria-hidden': 'true', title: barMeaning }, fill);
  cell.append(mark.element, number, bar);
  return (row, scores) => {
    const rate = row.charErrorRate;
    mark.show(row, scores);
    setText(number, rate === null ? '–' : formats.rate(rate));
    setAttribute(cell, 'title', rate === null ? 'No ground truth to compare with' : null);
    setAttribute(bar, 'hidden', rate === null);
    fill.style.inlineSize = `${Math.min(1, rate ?? 0) * 100}%`;
  };
};

const exactMatch: Column['draw'] = (cell, formats) => {
  const mark = createMark('exact_match');
  const sign = element('span');
  cell.append(mark.element, sign);
  return (row, scores) => {
    showMark(mark, row, scores, 'exact_match');
    const share = row.exactMatch ?? 0;
    const isShare = share > 0 && share < 1;
    setText(sign, isShare ? formats.score(share) : row.exactMatch === 1 ? '✓' : '–');
    const meaning = isShare ? 'Some are an exact match' : row.exactMatch === 1 ? 'Exact match' : 'Not an exact match';
    setAttribute(cell, 'title', row.exactMatch === null ? 'No ground truth to compare with' : meaning);
  };
};

const validation: Column['draw'] = (cell, formats) => {
  const mark = createMark('validation_pass');
  const verdict = element('span');
  cell.append(mark.element, verdict);
  return (row, scores) => {
    const value =
      row.group === null ? (row.validationPass === null ? null : Number(row.validationPass)) : row.group.validation;
    const isShare = value !== null && value > 0 && value < 1;
    showMark(mark, row, scores, 'validation_pass');
    setText(verdict, isShare ? formats.score(value) : validationText(value === null ? null : value === 1));
    setAttribute(verdict, 'data-tone', value === null || isShare ? null : value === 1 ? 'good' : 'bad');
    setAttribute(cell, 'title', value === null ? 'Not validated' : isShare ? 'Some are valid' : null);
  };
};

const score =
  (name: string): Column['draw'] =>
  (cell, formats) => {
    const mark = createMark(name);
    const number = element('span');
    cell.append(mark.element, number);
    return (row, scores) => {
      const value = row.scores.find(([other]) => other === name)?.[1];
      const words = value === undefined ? '–' : scoreValueText(name, value, formats);
      showMark(mark, row, scores, name);
      setText(number, words);
      // All its digits, where they are not seen.
      setAttribute(cell, 'title', value === undefined || Number.isInteger(value) ? null : String(value));
    };
  };

/** Where another score decides, its place is not kept. */
function showMark(mark: ReturnType<typeof createMark>, row: Row, scores: Scores, name: string) {
  setAttribute(mark.element, 'hidden', scores.judge !== name);
  mark.show(row, scores);
}

export function validationText(pass: boolean | null): string {
  if (pass === null) return '–';
  return pass ? 'Valid' : 'Invalid';
}

/** Sources whose rows are told apart in the sample's column. */
const sampleTitle = ({ source }: Row, { sources }: Scores): string | null =>
  sources.length < 2 ? null : source === '' ? 'Of no source' : `Of source ${plainName(source)}`;

const sample: Column['draw'] = (cell) => (row, scores) => {
  setText(cell, `#${row.sampleIndex}`);
  setAttribute(cell, 'title', sampleTitle(row, scores));
};

/** The columns of every job in their order, without the one that opens a row. */
const ownColumns: readonly Omit<Column, 'kind'>[] = [
  { key: 'epoch', title: 'Epoch', width: 72, draw: text((row, formats) => formats.count(row.epoch)) },
  { key: 'step', title: 'Step', width: 66, draw: text((row, formats) => formats.count(row.step)) },
  { key: 'sample', title: 'Sample', width: 80, draw: sample },
  { key: 'prompt', title: 'Prompt', width: null, draw: drawPrompt },
  { key: 'groundTruth', title: 'Ground truth', width: null, draw: foreignText('groundTruth') },
  { key: 'prediction', title: 'Prediction', width: null, draw: drawPrediction },
  {
    key: 'charErrorRate',
    title: 'CER',
    meaning: 'Character error rate: 0 is right, 1 is all wrong',
    width: 136,
    draw: charErrorRate,
  },
  { key: 'exactMatch', title: 'Exact', meaning: 'Exact match with the ground truth', width: 68, draw: exactMatch },
  { key: 'validation', title: 'Valid', meaning: "The validator's verdict", width: 76, draw: validation },
];
const byKey = new Map(ownColumns.map((column) => [column.key, { ...column, kind: column.key }]));

/**
 * The columns that a job has, in the order of the view. Columns of scores come with them; those of the first edition are
 * there as long as the job has no scores of its own.
 */
export function columnsOf(view: Pick<ViewState, 'columnOrder'>, { scores }: Scores): Column[] {
  const isThere = new Set<ColumnKey>(scores.map(({ name }) => columnOfScore(name)));
  const hasOwn = scores.some(({ name }) => !isKnownScore(name));
  return fullOrder(view.columnOrder).flatMap((key) => {
    const own = byKey.get(key);
    if (own !== undefined) return !isScoreColumn(key) || isThere.has(key) || !hasOwn ? [own] : [];
    return isScoreColumn(key) && isThere.has(key) ? [scoreColumn(key, scores)] : [];
  });
}

/** Where a row is from, in one narrow column: its sample, and its checkpoint below. */
const place: Column['draw'] = (cell, formats) => {
  const number = element('span', { class: 'place-part' });
  const checkpoint = element('span', { class: 'place-part' });
  cell.append(number, ' ', checkpoint);
  return (row, scores) => {
    const [epoch, step] = [formats.count(row.epoch), formats.count(row.step)];
    setText(number, `#${row.sampleIndex}`);
    setText(checkpoint, scores.byEpoch ? epoch : step);
    const source = sampleTitle(row, scores);
    setAttribute(cell, 'title', `Epoch ${epoch}, step ${step}${source === null ? '' : `. ${source}`}`);
  };
};

/** The same columns where there is little room. @param shown those that the reader did not hide, in their order */
export function tightColumns(shown: readonly Column[]): Column[] {
  const own = { kind: 'place', title: 'At', meaning: 'Sample, and its epoch or step', width: 64, draw: place };
  return tightOrder(shown, (first) => ({ ...first, ...own }));
}

function scoreColumn(key: ScoreColumn, scores: Scores['scores']): Column {
  const name = scoreOfColumn(key);
  const title = scoreTitle(name, scores);
  const direction = scores.find((other) => other.name === name)?.direction ?? 'none';
  return {
    key,
    kind: 'score',
    title,
    meaning: `${title}: ${directionText(direction)}`,
    width: widthOf(title),
    draw: score(name),
  };
}

/** Room for the title, within limits, in px. */
function widthOf(title: string): number {
  return Math.round(Math.min(150, Math.max(76, 22 + 7.5 * title.length)));
}
