import { basename, dirname } from 'node:path';
import { textOf } from '../../tables/cells.ts';
import type { TableRow } from '../../tables/rows.ts';
import { otherCells, requiredText, stepOf } from './cells.ts';
import type { Format, MadeRow, RowFile } from './format.ts';

const columns = new Set(['input', 'output', 'gts', 'step']);

/** Folders that are named after what is in them, with the source of their rows: those beside them are of the same run. */
const sources: readonly (readonly [RegExp, string])[] = [
  [/^(train|training|rollouts?|train_rollouts?|rollout_data|train_generations)$/i, 'train'],
  [/^(val|valid|validation|eval|val_rollouts?|validation_data|val_generations|val_data)$/i, 'val'],
];

/**
 * verl's `trainer.rollout_data_dir` and `trainer.validation_data_dir`: `{dir}/{step}.jsonl`, written as a whole, with a
 * line for each of the answers to a prompt. What its reward functions return beside the score are columns too, whose
 * numbers may be texts.
 */
export const verl: Format = {
  name: 'verl',
  globs: ['[0-9]*.jsonl'],
  readsColumns: false,

  locate(path) {
    const step = /^(\d+)\.jsonl$/.exec(basename(path))?.[1];
    if (step === undefined) return undefined;
    const folder = dirname(path);
    const source = sources.find(([names]) => names.test(basename(folder)))?.[1];
    const of = { reading: 'lines', step: Number(step) } as const;
    return source === undefined ? { ...of, run: folder } : { ...of, run: dirname(folder), source };
  },

  knows: (names) => ['input', 'output', 'score'].every((name) => names.includes(name)),

  maker: (file) => ({ make: (row) => [made(row, file)] }),

  judging: (scores) =>
    scores.includes('score') ? { deciding_score: 'score', scores: { score: { better: 'higher' } } } : {},
};

function made({ cells }: TableRow, file: RowFile): MadeRow {
  const { scores, fields } = otherCells(cells, columns, numberOf);
  const { gts } = cells;
  return {
    ...fields,
    // Of what is more than a text, the whole is kept.
    ...(typeof gts === 'object' && gts !== null ? { gts } : {}),
    step: stepOf(cells['step'], file.step),
    prompt: requiredText(cells, 'input'),
    prediction: requiredText(cells, 'output'),
    ground_truth: textOf(gts),
    ...(file.source === undefined ? {} : { sample_source: file.source }),
    scores,
  };
}

/** NumPy's scalars became texts where JSON had no form for them. */
function numberOf(value: unknown): number | boolean | null | undefined {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'string') return undefined;
  if (/^(true|false)$/i.test(value)) return value.length === 4;
  if (/^[+-]?(nan|inf|infinity)$/i.test(value)) return null;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value))
    ? Number(value)
    : undefined;
}
