import { basename, dirname } from 'node:path';
import { isObject, type TableRow } from '../../tables/rows.ts';
import { plainScore, stepOf } from './cells.ts';
import { type ChatTexts, chatTexts } from './chats.ts';
import type { Format, MadeRow, RowFile } from './format.ts';

/**
 * prime-rl's file monitor: `{run_dir}/rollouts/step_{N}/{train,eval}/all/traces.jsonl`, which grows. What is under
 * `effective` is a part of it. A line is a rollout with a tree of messages for each agent; null fields are left out.
 */
export const primeRl: Format = {
  name: 'prime-rl',
  globs: ['rollouts/step_*/*/all/traces.jsonl'],
  readsColumns: false,

  locate(path) {
    if (basename(path) !== 'traces.jsonl' || basename(dirname(path)) !== 'all') return undefined;
    const kind = dirname(dirname(path));
    const stepFolder = dirname(kind);
    const step = /^step_(\d+)$/.exec(basename(stepFolder))?.[1];
    if (step === undefined || !/^(train|eval)$/.test(basename(kind))) return undefined;
    const rollouts = dirname(stepFolder);
    const run = basename(rollouts) === 'rollouts' ? dirname(rollouts) : rollouts;
    return { run, reading: 'lines', step: Number(step), source: basename(kind) };
  },

  knows: (names) => names.includes('traces') && names.includes('run'),

  maker: (file) => ({ make: (row) => made(row, file) }),

  judging(scores) {
    if (!scores.includes('reward')) return {};
    return { deciding_score: 'reward', scores: { reward: { better: 'higher' } } };
  },
};

/** An answer of each agent that is trained; none of a rollout that failed before there was one. */
function made({ cells }: TableRow, file: RowFile): MadeRow[] {
  const traces = Array.isArray(cells['traces']) ? cells['traces'].filter(isObject) : [];
  const trained = traces.filter(({ agent }) => !isObject(agent) || agent['trainable'] !== false);
  const [run, env, group] = [cells['run'], cells['env'], cells['group']].map((value) => (isObject(value) ? value : {}));
  const work = isObject(run?.['work']) ? run['work'] : {};
  return trained.flatMap((trace) => {
    const texts = textsOf(trace);
    if (texts === undefined) return [];
    return [
      {
        ...(cells['id'] === undefined ? {} : { rollout_id: cells['id'] }),
        ...(env?.['id'] === undefined ? {} : { env: env['id'] }),
        ...(group?.['id'] === undefined ? {} : { group_id: group['id'] }),
        step: stepOf(work['step'], file.step),
        ...texts,
        sample_source: typeof work['type'] === 'string' ? work['type'] : file.source,
        scores: scoresOf(trace),
      },
    ];
  });
}

/** The messages from the root to the last one that the model wrote: what was asked, and from its first one on its reply. */
function textsOf({ nodes }: Readonly<Record<string, unknown>>): ChatTexts | undefined {
  const all: unknown[] = Array.isArray(nodes) ? nodes : [];
  const chain: { message: unknown; isSampled: boolean }[] = [];
  let at = all.findLastIndex((node) => isObject(node) && node['sampled'] === true);
  while (chain.length <= all.length) {
    const node = all[at];
    if (!isObject(node)) break;
    chain.unshift({ message: node['message'], isSampled: node['sampled'] === true });
    if (typeof node['parent'] !== 'number') break;
    at = node['parent'];
  }
  const first = chain.findIndex(({ isSampled }) => isSampled);
  if (first === -1) return undefined;
  const messages = chain.map(({ message }) => message);
  return chatTexts('traces', messages.slice(0, first), messages.slice(first));
}

/** What each reward function gave, what is measured, and the weighted sum of the rewards. */
function scoresOf({ rewards, metrics }: Readonly<Record<string, unknown>>): Record<string, number | boolean | null> {
  const given = Object.entries(isObject(rewards) ? rewards : {}).map(([name, reward]) => {
    const isWeighted = isObject(reward);
    const score = plainScore(isWeighted ? (reward['score'] ?? null) : reward);
    return { name, score, weight: isWeighted && typeof reward['weight'] === 'number' ? reward['weight'] : 1 };
  });
  const measured = Object.entries(isObject(metrics) ? metrics : {}).map(([name, value]) => [name, plainScore(value)]);
  const sum = given.some(({ score }) => score == null || Number.isNaN(score))
    ? null
    : given.reduce((total, { score, weight }) => total + Number(score) * weight, 0);
  const all = [
    ...measured,
    ...(given.length === 0 ? [] : [['reward', sum]]),
    ...given.map(({ name, score }) => [name, score]),
  ].filter(([, score]) => score !== undefined);
  return Object.fromEntries(all) as Record<string, number | boolean | null>;
}
