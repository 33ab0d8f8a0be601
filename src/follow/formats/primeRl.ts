import { basename, dirname } from 'node:path';
import { textOf } from '../../tables/cells.ts';
import { isObject, type TableRow } from '../../tables/rows.ts';
import { type AgentTrace, agentTraces, isRollout } from '../../tables/shapes/rollouts.ts';
import { plainScore, stepOf } from './cells.ts';
import { chatTexts, formAndText } from './chats.ts';
import type { Format, MadeRow, RowFile } from './format.ts';

/**
 * prime-rl writes each rollout as it ends, which tells its step and whether it is of training or an evaluation. Versions
 * have them at different places below the run's folder:
 *
 * - `monitors/file/traces/stream/{chunk}.jsonl` and `traces/stream/{chunk}.jsonl`: all in one stream, of which chunks that
 *   are full are packed by Zstandard;
 * - `traces/step_{N}/{train,eval}/traces.jsonl`;
 * - `rollouts/step_{N}/{train,eval}/all/traces.jsonl`; what is under `effective` is a part of it;
 * - `rollouts/step_{N}/{train,eval}_rollouts.jsonl`, written as a whole.
 *
 * A line is a rollout with a tree of messages for each agent, one such tree, or prompt and completion.
 */
export const primeRl: Format = {
  name: 'prime-rl',
  globs: [
    ...['rollouts/step_*/*/all/traces.jsonl', 'rollouts/step_*/*_rollouts.jsonl'],
    ...['traces/step_*/*/traces.jsonl', 'traces/stream/*.jsonl', 'traces/stream/*.jsonl.zst'],
  ],
  readsColumns: false,

  locate: (path) => inStream(path) ?? ofStep(path),

  knows: (names) =>
    names.includes('traces') ||
    ['nodes', 'rewards'].every((name) => names.includes(name)) ||
    ['prompt', 'completion', 'example_id'].every((name) => names.includes(name)),

  maker: (file) => ({
    make: ({ cells }) =>
      isRollout(cells) ? agentTraces(cells).map((trace) => traced(trace, file)) : flat(cells, file),
  }),

  judging(scores) {
    if (!scores.includes('reward')) return {};
    return { deciding_score: 'reward', scores: { reward: { better: 'higher' } } };
  },
};

function inStream(path: string): RowFile | undefined {
  const [stream, traces] = [dirname(path), dirname(dirname(path))];
  if (!/^\d+\.jsonl$/.test(basename(path)) || basename(stream) !== 'stream' || basename(traces) !== 'traces') {
    return undefined;
  }
  const above = dirname(traces);
  const isMonitor = basename(above) === 'file' && basename(dirname(above)) === 'monitors';
  return { run: isMonitor ? dirname(dirname(above)) : above, reading: 'lines' };
}

function ofStep(path: string): RowFile | undefined {
  const [, kindInName] = /^(train|eval)_rollouts\.jsonl$/.exec(basename(path)) ?? [];
  if (kindInName !== undefined) return below(dirname(path), 'rollouts', kindInName);
  if (basename(path) !== 'traces.jsonl') return undefined;
  const folder = dirname(path);
  if (basename(folder) === 'all') return below(dirname(dirname(folder)), 'rollouts', basename(dirname(folder)));
  return below(dirname(folder), 'traces', basename(folder));
}

/** @param folder `step_{N}`, in a folder of the given name unless somebody moved it */
function below(folder: string, name: string, kind: string): RowFile | undefined {
  const step = /^step_(\d+)$/.exec(basename(folder))?.[1];
  if (step === undefined || !/^(train|eval)$/.test(kind)) return undefined;
  const above = dirname(folder);
  if (basename(above) !== name && name !== 'rollouts') return undefined;
  return { run: basename(above) === name ? dirname(above) : above, reading: 'lines', step: Number(step), source: kind };
}

/** An answer of an agent that is trained. */
function traced(trace: AgentTrace, file: RowFile): MadeRow {
  const { rollout, env, group, kind, messages, start, truth, finishReason, scores } = trace;
  const source = typeof kind === 'string' ? kind : file.source;
  return {
    ...(rollout === undefined ? {} : { rollout_id: rollout }),
    ...(env === undefined ? {} : { env }),
    ...(group === undefined ? {} : { group_id: group }),
    // What is evaluated by itself has no step.
    step: stepOf(trace.step, file.step ?? (source === 'eval' ? 0 : undefined)),
    ...chatTexts('traces', messages.slice(0, start), messages.slice(start)),
    ground_truth: truth,
    ...(source === undefined ? {} : { sample_source: source }),
    ...(typeof finishReason === 'string' ? { finish_reason: finishReason } : {}),
    scores,
  };
}

/** `{example_id, task, prompt, completion, answer, reward, metrics}`, prompt and completion as texts or messages. */
function flat(cells: TableRow['cells'], file: RowFile): MadeRow[] {
  // A rollout that failed has no answer.
  if (cells['completion'] == null) return [];
  const [asked, answered] = [formAndText(cells, 'prompt'), formAndText(cells, 'completion')];
  const metrics = Object.entries(isObject(cells['metrics']) ? cells['metrics'] : {});
  const scores = [['reward', cells['reward']], ['advantage', cells['advantage']], ...metrics]
    .map(([name, value]): [string, ReturnType<typeof plainScore>] => [String(name), plainScore(value)])
    .filter(([, score]) => score !== undefined);
  const env = cells['env_name'] ?? cells['task'];
  return [
    {
      ...(typeof env === 'string' ? { env } : {}),
      ...(cells['example_id'] === undefined ? {} : { example_id: cells['example_id'] }),
      step: stepOf(undefined, file.step),
      prompt: asked.text,
      ...(asked.form === undefined ? {} : { messages: asked.form }),
      prediction: answered.text,
      ...(answered.form === undefined ? {} : { answer: answered.form }),
      ground_truth: textOf(cells['answer']),
      ...(cells['is_truncated'] === true ? { finish_reason: 'length' } : {}),
      ...(file.source === undefined ? {} : { sample_source: file.source }),
      scores: Object.fromEntries(scores),
    },
  ];
}
