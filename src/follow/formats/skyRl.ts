import { basename, dirname } from 'node:path';
import { textOf } from '../../tables/cells.ts';
import { isObject, type TableRow } from '../../tables/rows.ts';
import { otherCells, plainScore, requiredText } from './cells.ts';
import type { Format, MadeRow, RowFile } from './format.ts';

const columns = new Set(['input_prompt', 'output_response']);

/**
 * SkyRL's evaluations: `{export_path}/dumped_evals/global_step_{N}_evals/{source}.jsonl`, written as a whole. Beside them
 * `aggregated_results.jsonl` holds no rows.
 */
export const skyRl: Format = {
  name: 'skyrl',
  globs: ['global_step_*_evals/*.jsonl'],
  readsColumns: false,

  locate(path) {
    const folder = dirname(path);
    const step = /^global_step_(\d+)_evals$/.exec(basename(folder))?.[1];
    const source = /^(?!aggregated_results\.)(.+)\.jsonl$/.exec(basename(path))?.[1];
    if (step === undefined || source === undefined) return undefined;
    const parent = dirname(folder);
    const run = basename(parent) === 'dumped_evals' ? dirname(parent) : parent;
    return { run, reading: 'lines', step: Number(step), source };
  },

  knows: (names) => ['input_prompt', 'output_response'].every((name) => names.includes(name)),

  maker: (file) => ({ make: (row) => [made(row, file)] }),

  judging: (scores) =>
    scores.includes('score') ? { deciding_score: 'score', scores: { score: { better: 'higher' } } } : {},
};

function made({ cells }: TableRow, file: RowFile): MadeRow {
  const { scores, fields } = otherCells(cells, columns, scoreOf);
  return {
    ...fields,
    step: file.step ?? 0,
    prompt: requiredText(cells, 'input_prompt'),
    prediction: requiredText(cells, 'output_response'),
    ground_truth: truthOf(cells['env_extras']),
    ...(file.source === undefined ? {} : { sample_source: file.source }),
    scores,
  };
}

function truthOf(extras: unknown): string | null {
  const specification = isObject(extras) ? extras['reward_spec'] : undefined;
  return isObject(specification) ? textOf(specification['ground_truth']) : null;
}

/** A reward of each token adds up to that of the answer. */
function scoreOf(value: unknown): number | boolean | null | undefined {
  if (!Array.isArray(value) || value.length === 0) return plainScore(value);
  const parts = value.map(plainScore);
  return parts.every((part) => part !== undefined)
    ? parts.reduce<number>((sum, part) => sum + Number(part), 0)
    : undefined;
}
