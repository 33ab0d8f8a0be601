/** What the trainers write that are followed, and what a server is to hold of it. */
import { join } from 'node:path';
import type { Fields } from '../support/serverClient.ts';
import { pythonJson, trlPath, trlTable } from '../support/trainerFiles.ts';
import {
  evals,
  line,
  lines,
  lmEvalRow,
  nemoTrainRow,
  nemoValRow,
  reply,
  rollout,
  rollouts,
  skyRlRow,
  trace,
} from '../support/trainerRows.ts';

/** One answer, under a text that no other one has. */
export interface Answer {
  readonly sample: number;
  readonly completion: number;
  readonly text: string;
  readonly score: number;
}

/** What is to be held of an answer, beside step, source and numbers. */
export interface Held {
  readonly prompt: string;
  readonly prediction: string;
  readonly scores: Fields;
}

/** What one trainer writes of a step into one of its files. */
export interface TrainerFile {
  /** Of its rows, where they have one. */
  readonly source?: string;
  /** One path for all steps: a file that grows through them. */
  path(run: string, step: number): string;
  /** What is added to the file. */
  content(step: number, answers: readonly Answer[]): Uint8Array;
  held(answer: Answer): Held;
}

export interface Trainer {
  readonly name: string;
  /** What is followed where it is not the run's folder: the one file that grows. */
  readonly follows?: (run: string) => string;
  readonly files: readonly TrainerFile[];
}

const question = (sample: number) => `prompt ${sample}`;
const plainly = (score: (score: number) => Fields) => (answer: Answer) => ({
  prompt: question(answer.sample),
  prediction: answer.text,
  scores: score(answer.score),
});
const bytes = (text: string) => Buffer.from(text);
const bytesOfRows = (answers: readonly Answer[], row: (answer: Answer, index: number) => Fields) =>
  bytes(lines(answers.map(row)));

const verlFile = (folder: string, source: string): TrainerFile => ({
  source,
  path: (run, step) => join(run, folder, `${step}.jsonl`),
  content: (step, answers) =>
    bytesOfRows(answers, ({ sample, text, score }) => ({
      input: question(sample),
      output: text,
      gts: null,
      score,
      step,
    })),
  held: plainly((score) => ({ score })),
});

/** As far apart as evaluations that have no step, whose times say which is the first. */
const timeOf = (step: number) =>
  new Date(Date.UTC(2026, 3, 1, 10, step)).toISOString().replaceAll(':', '-').slice(0, -1);
const lmEvalFilter = 'strict-match';
const answersFile = (run: string) => join(run, 'answers.jsonl');

/** Of each form that a file has, and each way in which it grows. */
export const trainers: readonly Trainer[] = [
  {
    name: 'trl',
    files: [
      {
        path: trlPath,
        content: (step, answers) =>
          trlTable(
            step,
            answers.map(({ sample, text, score }) => ({
              prompt: question(sample),
              completion: text,
              rewards: { score },
              advantage: 0,
            })),
          ),
        held: plainly((score) => ({ score, advantage: 0 })),
      },
    ],
  },
  { name: 'verl', files: [verlFile('rollout', 'train'), verlFile('validation', 'val')] },
  {
    name: 'skyrl',
    files: [
      {
        source: 'gsm8k',
        path: (run, step) => join(evals(run, step), 'gsm8k.jsonl'),
        content: (_step, answers) =>
          bytesOfRows(answers, ({ sample, text, score }) => skyRlRow(question(sample), text, score, '72')),
        held: plainly((score) => ({ score })),
      },
    ],
  },
  {
    name: 'nemo-rl',
    files: [
      {
        source: 'train',
        path: (run, step) => join(run, `train_data_step${step}.jsonl`),
        content: (_step, answers) =>
          bytesOfRows(answers, ({ sample, text, score }, index) => nemoTrainRow(question(sample), text, score, index)),
        held: plainly((score) => ({ reward: score, input_lengths: 12 })),
      },
      {
        source: 'val',
        path: (run, step) => join(run, `val_data_step${step}.jsonl`),
        content: (_step, answers) =>
          bytesOfRows(answers, ({ sample, text, score }, index) => nemoValRow(question(sample), text, score, index)),
        held: ({ sample, text, score }) => ({
          prompt: `system: s\nuser: ${question(sample)}`,
          prediction: text,
          scores: { reward: score },
        }),
      },
    ],
  },
  {
    name: 'prime-rl',
    files: [
      {
        source: 'train',
        path: (run, step) => rollouts(run, step, 'train', 'all'),
        content: (step, answers) =>
          bytesOfRows(answers, ({ sample, text, score }) =>
            rollout(text, 'train', step, [trace(question(sample), text, score)]),
          ),
        held: ({ sample, text, score }) => ({
          prompt: question(sample),
          prediction: reply(text),
          scores: { turns: 2, reward: score + 0.5, correct: score, brief: 1 },
        }),
      },
    ],
  },
  {
    name: 'ms-swift',
    files: [
      {
        path: (run) => join(run, 'completions.jsonl'),
        content: (step, answers) =>
          bytes(
            line({
              step: answers.map(() => String(step)),
              prompt: answers.map(({ sample }) => question(sample)),
              completion: answers.map(({ text }) => text),
              Accuracy: answers.map(({ score }) => score),
            }),
          ),
        held: plainly((score) => ({ Accuracy: score })),
      },
    ],
  },
  {
    name: 'lm-eval',
    files: [
      {
        source: `gsm8k/${lmEvalFilter}`,
        path: (run, step) => join(run, `samples_gsm8k_${timeOf(step)}.jsonl`),
        content: (_step, answers) =>
          bytesOfRows(answers, ({ sample, text, score }) => lmEvalRow(sample, lmEvalFilter, text, score)),
        held: ({ sample, text, score }) => ({
          prompt: `Q: ${sample}`,
          prediction: text,
          scores: { exact_match: score },
        }),
      },
    ],
  },
  {
    name: 'table',
    follows: answersFile,
    files: [
      {
        path: answersFile,
        content: (step, answers) =>
          bytes(
            answers
              .map(({ sample, text, score }) =>
                pythonJson({ step, prompt: question(sample), completion: text, reward: score }),
              )
              .map((row) => `${row}\n`)
              .join(''),
          ),
        held: plainly((score) => ({ reward: score })),
      },
    ],
  },
];
