import { basename, dirname } from 'node:path';
import type { TableRow } from '../../tables/rows.ts';
import { otherCells, plainScore } from './cells.ts';
import { type ChatTexts, chatTexts, roleOf } from './chats.ts';
import { type Format, type MadeRow, RowError, type RowFile } from './format.ts';

const columns = new Set(['content', 'rewards', 'idx']);
const directions = { reward: 'higher', input_lengths: 'none' } as const;

/**
 * NeMo RL: `{log_dir}/val_data_step{N}.jsonl` and `train_data_step{N}.jsonl`, written as a whole, each value a list of one.
 * Lines of training hold lists of tokens too, of megabytes, which are left out. Distillation has no rewards in them.
 */
export const nemoRl: Format = {
  name: 'nemo-rl',
  globs: ['train_data_step*.jsonl', 'val_data_step*.jsonl'],
  readsColumns: false,

  locate(path) {
    const [, source, step] = /^(train|val)_data_step(\d+)\.jsonl$/.exec(basename(path)) ?? [];
    if (source === undefined) return undefined;
    return { run: dirname(path), reading: 'lines', step: Number(step), source };
  },

  knows: (names) => names.includes('content') && ['rewards', 'input_lengths'].some((name) => names.includes(name)),

  maker: (file) => ({ make: (row) => [made(row, file)] }),

  judging(scores) {
    const known = Object.entries(directions).filter(([name]) => scores.includes(name));
    if (known.length === 0) return {};
    const deciding = scores.includes('reward') ? { deciding_score: 'reward' } : {};
    return { ...deciding, scores: Object.fromEntries(known.map(([name, better]) => [name, { better }])) };
  },
};

function made({ cells }: TableRow, file: RowFile): MadeRow {
  const single = Object.entries(cells).flatMap(([name, value]) => {
    if (!Array.isArray(value)) return [[name, value] as const];
    return value.length === 1 && !Array.isArray(value[0]) ? [[name, value[0]] as const] : [];
  });
  const { scores, fields } = otherCells(Object.fromEntries(single), columns, plainScore);
  return {
    ...fields,
    step: file.step ?? 0,
    ...textsOf(Array.isArray(cells['content']) ? cells['content'][0] : undefined),
    ...(file.source === undefined ? {} : { sample_source: file.source }),
    scores: { ...rewardOf(cells['rewards']), ...scores },
  };
}

function rewardOf(rewards: unknown): { reward?: number | boolean | null } {
  if (rewards === undefined) return {};
  return { reward: plainScore(Array.isArray(rewards) ? rewards[0] : null) ?? null };
}

/**
 * The chat up to the first message of the model, and what follows; of training the contents of its messages alone. One
 * text alone is all that was said, in which nothing tells the prompt.
 */
function textsOf(content: unknown): ChatTexts | Pick<MadeRow, 'prompt' | 'prediction'> {
  const parts: unknown[] = Array.isArray(content) ? content : [content];
  const texts = parts.filter((part) => typeof part === 'string');
  if (texts.length === parts.length) return { prompt: texts.slice(0, -1).join('\n'), prediction: texts.at(-1) ?? '' };
  const first = parts.findIndex((part) => roleOf(part) === 'assistant');
  const end = parts.findLastIndex((part) => roleOf(part) === 'assistant');
  if (first === -1) throw new RowError('"content" has no answer of the model');
  return chatTexts('content', parts.slice(0, first), parts.slice(first, end + 1));
}
