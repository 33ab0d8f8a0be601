import { basename, dirname } from 'node:path';
import { textOf } from '../../tables/cells.ts';
import type { TableRow } from '../../tables/rows.ts';
import { otherCells, plainScore, requiredText, stepOf } from './cells.ts';
import type { Format, MadeRow, RowFile } from './format.ts';

const columns = new Set(['step', 'prompt', 'completion', 'mode']);
/** Not what a reward function gave, but what is reckoned of all of them within a group. */
const advantage = 'advantage';

/**
 * TRL's GRPOTrainer and its relatives with `log_completions`: `{output_dir}/completions/completions_00050.parquet`, a file
 * a step that pandas writes as a whole. It has a column for each reward function, before `advantage`.
 */
export const trl: Format = {
  name: 'trl',
  globs: ['completions_*.parquet'],
  readsColumns: false,

  locate(path) {
    const step = /^completions_(\d+)\.parquet$/.exec(basename(path))?.[1];
    const folder = dirname(path);
    const parent = dirname(folder);
    if (step === undefined) return undefined;
    const of = { reading: 'parquet', step: Number(step) } as const;
    if (basename(folder) === 'completions') return { ...of, run: parent };
    // Variants of the trainer have a folder for each mode below.
    const isMode = basename(parent) === 'completions' && /^(train|eval)$/.test(basename(folder));
    return isMode ? { ...of, run: dirname(parent), source: basename(folder) } : undefined;
  },

  knows: (names) => ['prompt', 'completion'].every((name) => names.includes(name)),

  maker: (file) => ({ make: (row) => [made(row, file)] }),

  judging(scores) {
    const rewards = scores.filter((name) => name !== advantage);
    const better = { better: 'higher' } as const;
    // Their weights are not told, so that there is no sum of them to judge by.
    const deciding = rewards.includes('reward') ? 'reward' : rewards[0];
    if (deciding === undefined) return {};
    return { deciding_score: deciding, scores: Object.fromEntries(rewards.map((name) => [name, better])) };
  },
};

function made({ cells }: TableRow, file: RowFile): MadeRow {
  const { scores, fields } = otherCells(cells, columns, plainScore);
  const source = file.source ?? (typeof cells['mode'] === 'string' ? cells['mode'] : undefined);
  return {
    ...fields,
    step: stepOf(cells['step'], file.step),
    prompt: requiredText(cells, 'prompt'),
    prediction: textOf(cells['completion']) ?? '',
    ...(source === undefined ? {} : { sample_source: source }),
    scores,
  };
}
