import { basename, dirname } from 'node:path';
import { textOf } from '../../tables/cells.ts';
import type { TableRow } from '../../tables/rows.ts';
import { BatchLog } from '../../tables/shapes/batchLog.ts';
import { otherCells, plainScore, requiredText, stepOf } from './cells.ts';
import { chatText, formAndText, isChat, roleOf } from './chats.ts';
import type { Format, MadeRow, RowFile } from './format.ts';

type Cells = TableRow['cells'];

const columns = {
  grpo: new Set(['step', 'gen_step', 'prompt', 'messages', 'completion', 'solution']),
  answers: new Set(['response', 'labels', 'messages']),
};
/** Not what a reward function gave: what is reckoned of all of them within a group, and what is measured beside them. */
const noRewards = ['advantages', 'advantage', 'entropy', 'num_turns'];

/**
 * ms-swift: `{output_dir}/completions.jsonl` of its GRPO and GKD trainers, which grows by a line a log: an object of lists,
 * or with Ray an object an answer; the oldest have `messages` for `prompt`. And what its other trainers and `swift infer`
 * answer: `{output_dir}/checkpoint-{N}/predict.jsonl`, `infer_result/*.jsonl`.
 */
export const msSwift: Format = {
  name: 'ms-swift',
  globs: ['completions.jsonl', 'checkpoint-*/predict.jsonl', 'infer_result/*.jsonl'],
  readsColumns: false,

  locate(path) {
    const [name, folder] = [basename(path), dirname(path)];
    if (name === 'completions.jsonl') return { run: folder, reading: 'lines' };
    // Before it is moved into the checkpoint's folder nothing tells the step.
    if (name === 'predict.jsonl') return ofCheckpoint(folder, 'predict');
    if (basename(folder) !== 'infer_result' || !name.endsWith('.jsonl')) return undefined;
    return ofCheckpoint(dirname(folder), 'infer') ?? { run: folder, reading: 'lines', step: 0, source: 'infer' };
  },

  knows: (names) =>
    names.includes('messages')
      ? names.includes('completion') || names.includes('response')
      : ['prompt', 'completion'].every((name) => names.includes(name)),

  maker(file) {
    const log = new BatchLog();
    return {
      make: (row) =>
        'response' in row.cells ? [answered(row, file)] : completions(row, log).map((cells) => completed(cells, file)),
    };
  },

  judging(scores) {
    const rewards = scores.filter((name) => !noRewards.includes(name));
    const deciding = rewards.includes('reward') ? 'reward' : rewards[0];
    if (deciding === undefined) return {};
    const better = { better: 'higher' } as const;
    return { deciding_score: deciding, scores: Object.fromEntries(rewards.map((name) => [name, better])) };
  },
};

function ofCheckpoint(folder: string, source: string): RowFile | undefined {
  const step = /^checkpoint-(\d+)(-merged)?$/.exec(basename(folder))?.[1];
  return step === undefined ? undefined : { run: dirname(folder), reading: 'lines', step: Number(step), source };
}

/** The completions of a line that those before it did not tell. */
function completions({ cells }: TableRow, log: BatchLog): Cells[] {
  const { completion } = cells;
  if (!Array.isArray(completion) || isChat(completion)) return [cells];
  const rows = sideBySide(cells, completion);
  return log.fresh(rows, rows[0]?.['step'] ?? rows[0]?.['gen_step']);
}

/** Lists of that length side by side, what is none with each. */
function sideBySide(cells: TableRow['cells'], completion: readonly unknown[]): Record<string, unknown>[] {
  return completion.map((_, index) =>
    Object.fromEntries(
      Object.entries(cells).map(([name, value]) => [
        name,
        Array.isArray(value) && value.length === completion.length ? value[index] : value,
      ]),
    ),
  );
}

function completed(cells: Readonly<Record<string, unknown>>, file: RowFile): MadeRow {
  const { scores, fields } = otherCells(cells, columns.grpo, plainScore);
  const asked = formAndText(cells, 'prompt' in cells || !('messages' in cells) ? 'prompt' : 'messages');
  const answered = formAndText(cells, 'completion');
  return {
    ...fields,
    step: stepOf(cells['step'] ?? cells['gen_step'], file.step),
    ...(asked.form === undefined ? {} : { messages: asked.form }),
    ...(answered.form === undefined ? {} : { answer: answered.form }),
    prompt: asked.text,
    prediction: answered.text,
    ground_truth: textOf(cells['solution']),
    scores,
  };
}

/**
 * The messages may end with what was right, where it was predicted while training or older versions inferred, or with the
 * answer.
 */
function answered({ cells }: TableRow, file: RowFile): MadeRow {
  const messages: unknown[] = Array.isArray(cells['messages']) ? cells['messages'] : [];
  const asked = roleOf(messages.at(-1)) === 'assistant' ? messages.slice(0, -1) : messages;
  // What else stands in a row is the data set's, and no score.
  const { fields } = otherCells(cells, columns.answers, () => undefined);
  const prediction = requiredText(cells, 'response');
  const last = asked.length < messages.length ? chatText('messages', messages.slice(-1)) : prediction;
  return {
    ...fields,
    step: file.step ?? 0,
    prompt: chatText('messages', asked),
    messages: asked,
    prediction,
    ground_truth: textOf(cells['labels']) ?? (last === prediction ? null : last),
    ...(file.source === undefined ? {} : { sample_source: file.source }),
    scores: {},
  };
}
