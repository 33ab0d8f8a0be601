import type { Row } from '../../src/panel/protocol.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Formats } from '../formats.ts';

/** A column of the table: how wide it is and how its cells are drawn (`.column-<key>` in predictions.css). */
export interface Column {
  key: string;
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

const charErrorRate: Column['draw'] = (cell, formats) => {
  const number = element('span', { class: 'number' });
  const fill = element('span', { class: 'bar-fill' });
  const bar = element('span', { class: 'bar', 'aria-hidden': 'true' }, fill);
  cell.append(number, bar);
  return (row) => {
    const rate = row.charErrorRate;
    setText(number, rate === null ? '–' : formats.rate(rate));
    setAttribute(cell, 'title', rate === null ? 'No ground truth to compare with' : null);
    bar.hidden = rate === null;
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
  { key: 'epoch', title: 'Epoch', draw: text((row, formats) => formats.count(row.epoch)) },
  { key: 'step', title: 'Step', draw: text((row, formats) => formats.count(row.step)) },
  { key: 'sample', title: 'Sample', draw: text((row) => `#${row.sampleIndex}`) },
  { key: 'prompt', title: 'Prompt', draw: foreignText((row) => row.prompt) },
  { key: 'truth', title: 'Ground truth', draw: foreignText((row) => row.groundTruth) },
  { key: 'prediction', title: 'Prediction', draw: foreignText((row) => row.prediction) },
  { key: 'cer', title: 'CER', meaning: 'Character error rate: 0 is right, 1 is all wrong', draw: charErrorRate },
  { key: 'exact', title: 'Exact', meaning: 'Exact match with the ground truth', draw: exactMatch },
  { key: 'valid', title: 'Valid', meaning: "The validator's verdict", draw: validation },
];
