/** Rows of trainers' files, and where these lie in a run's folder. */
import { join } from 'node:path';
import type { Fields } from './serverClient.ts';
import { pythonJson } from './trainerFiles.ts';

export const line = (row: Fields) => `${pythonJson(row)}\n`;
export const lines = (rows: readonly Fields[]) => rows.map(line).join('');
export const user = (content: string) => ({ role: 'user', content });
export const assistant = (content: string) => ({ role: 'assistant', content });

export const skyRlRow = (prompt: string, output: string, score: unknown, truth: string) => ({
  input_prompt: prompt,
  output_response: output,
  score,
  stop_reason: 'stop',
  env_class: 'gsm8k',
  env_extras: { reward_spec: { method: 'rule', ground_truth: truth } },
  data_source: 'openai/gsm8k',
});

export const nemoValRow = (question: string, answer: string, reward: number, index: number) => ({
  content: [[{ role: 'system', content: 's' }, user(question), assistant(answer)]],
  rewards: [reward],
  idx: index,
});
export const nemoTrainRow = (question: string, answer: string, reward: number, index: number) => ({
  content: [[question, answer]],
  rewards: [reward],
  input_lengths: [12],
  token_ids: [Array.from({ length: 2000 }, (_, token) => token)],
  advantages: [Array.from({ length: 2000 }, () => 0.25)],
  idx: index,
});

export const distilled = (content: string | string[], index: number) => ({
  content: [content],
  input_lengths: [12],
  token_ids: [[1, 2, 3]],
  generation_logprobs: [[-0.5, -0.25, 0]],
  idx: index,
});

export const trace = (question: string, answer: string, score: number) => ({
  agent: { trainable: true },
  nodes: [
    { message: user(question) },
    { parent: 0, sampled: true, message: assistant('calls a tool') },
    { parent: 1, message: { role: 'tool', content: 'result' } },
    { parent: 2, sampled: true, message: assistant(answer) },
  ],
  rewards: { correct: { score, weight: 1 }, brief: { score: 1, weight: 0.5 } },
  metrics: { turns: 2 },
});
/** As one text. */
export const reply = (answer: string) => `assistant: calls a tool\ntool: result\nassistant: ${answer}`;
export const rollout = (id: string, type: string, step: number, traces: Fields[]) => ({
  id,
  env: { id: 'gsm8k' },
  group: { id: `g-${step}` },
  run: { type, work: { type, step } },
  ok: traces.length > 0,
  traces,
});
export const judge = {
  agent: { trainable: false },
  nodes: [{ sampled: true, message: assistant('fine') }],
  rewards: {},
};

export const lmEvalRow = (document: number, filter: string, answer: string, right: number) => ({
  doc_id: document,
  doc: { question: `Q${document}` },
  target: '18',
  arguments: { gen_args_0: { arg_0: `Q: ${document}`, arg_1: { until: ['\n'] } } },
  resps: [[`The answer is ${answer}.`]],
  filtered_resps: [answer],
  filter,
  metrics: ['exact_match'],
  doc_hash: 'd',
  prompt_hash: 'p',
  target_hash: 't',
  exact_match: right,
});
export const choiceRow = (likelihoods: number[]) => ({
  doc_id: 0,
  doc: { question: 'Which?' },
  target: 1,
  arguments: Object.fromEntries(
    likelihoods.map((_, index) => [`gen_args_${index}`, { arg_0: 'Which?', arg_1: ` choice ${index}` }]),
  ),
  resps: likelihoods.map((likelihood) => [[String(likelihood), 'False']]),
  filtered_resps: likelihoods.map((likelihood) => [String(likelihood), 'False']),
  filter: 'none',
  metrics: ['acc', 'acc_norm'],
  acc: 1.0,
  acc_norm: 0.0,
});

export const evals = (run: string, step: number) => join(run, 'dumped_evals', `global_step_${step}_evals`);
export const rollouts = (run: string, step: number, kind: string, which: string) =>
  join(run, 'rollouts', `step_${step}`, kind, which, 'traces.jsonl');
