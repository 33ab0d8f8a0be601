import type { Mark } from '../../../src/model/marks.ts';
import type { ColumnKey, Row } from '../../../src/panel/protocol.ts';
import { element, setAttribute, setText } from '../../dom.ts';
import type { Formats } from '../../texts/formats.ts';
import type { ColumnWidth } from './columnWidths.ts';

/** A column of the table: how wide it is and how its cells are drawn (`.column-<key>` in predictions.css). */
export interface Column extends ColumnWidth {
  key: ColumnKey;
  title: string;
  /** Said when the title alone does not tell. */
  meaning?: string;
  /** Makes a cell's content and returns what brings it up to date with a row. */
  draw(cell: HTMLElement, formats: Formats): (row: Row) => void;
}

const text =
  (of: (row: Row, formats: Formats) => string): Column['draw'] =>
  (cell, formats) =>
  (row) =>
    setText(cell, of(row, formats));

/** Words of a model or a data set: any script, any direction, any length. */
const foreignText =
  (of: (row: Row) => string | null): Column['draw'] =>
  (cell) => {
    const content = element('span', { class: 'clip', dir: 'auto' });
    cell.append(content);
    return (row) => {
      setText(content, of(row) ?? '–');
    };
  };

const markSigns: Record<Mark, { sign: string; words: string; tone: string }> = {
  better: { sign: '▲', words: 'better', tone: 'good' },
  same: { sign: '=', words: 'same', tone: 'quiet' },
  worse: { sign: '▼', words: 'worse', tone: 'bad' },
};

const charErrorRate: Column['draw'] = (cell, formats) => {
  const mark = element('span', { class: 'mark' });
  const number = element('span', { class: 'number' });
  const fill = element('span', { class: 'bar-fill' });
  const bar = element('span', { class: 'bar', 'aria-hidden': 'true' }, fill);
  cell.append(mark, number, bar);
  return (row) => {
    const rate = row.charErrorRate;
    const told = row.mark === null ? null : markSigns[row.mark];
    setText(mark, told?.sign ?? '');
    setAttribute(mark, 'role', told === null ? null : 'img');
    setAttribute(mark, 'aria-label', told?.words ?? null);
    setAttribute(mark, 'title', told === null ? null : `By character error rate, to the epoch before: ${told.words}`);
    setAttribute(mark, 'data-tone', told?.tone ?? null);
    setText(number, rate === null ? '–' : formats.rate(rate));
    setAttribute(cell, 'title', rate === null ? 'No ground truth to compare with' : null);
    setAttribute(bar, 'hidden', rate === null);
    // Full when every character is right.
    fill.style.inlineSize = `${(1 - Math.min(1, rate ?? 1)) * 100}%`;
  };
};

const exactMatch: Column['draw'] = (cell) => (row) => {
  setText(cell, row.exactMatch === 1 ? '✓' : '–');
  const meaning = row.exactMatch === 1 ? 'Exact match' : 'Not an exact match';
  setAttribute(cell, 'title', row.exactMatch === null ? 'No ground truth to compare with' : meaning);
};

const validation: Column['draw'] = (cell) => (row) => {
  const { validationPass } = row;
  setText(cell, validationText(validationPass));
  setAttribute(cell, 'data-tone', validationPass === null ? null : validationPass ? 'good' : 'bad');
  setAttribute(cell, 'title', validationPass === null ? 'Not validated' : null);
};

export function validationText(pass: boolean | null): string {
  if (pass === null) return '–';
  return pass ? 'Valid' : 'Invalid';
}

/** The columns in order, without the one that opens a row. */
export const columns: readonly Column[] = [
  { key: 'epoch', title: 'Epoch', width: 72, draw: text((row, formats) => formats.count(row.epoch)) },
  { key: 'step', title: 'Step', width: 66, draw: text((row, formats) => formats.count(row.step)) },
  { key: 'sample', title: 'Sample', width: 80, draw: text((row) => `#${row.sampleIndex}`) },
  { key: 'prompt', title: 'Prompt', width: null, draw: foreignText((row) => row.prompt) },
  { key: 'groundTruth', title: 'Ground truth', width: null, draw: foreignText((row) => row.groundTruth) },
  { key: 'prediction', title: 'Prediction', width: null, draw: foreignText((row) => row.prediction) },
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
