/** What an assistant may ask for. The manifest declares the same schemas to VS Code; a test holds them equal. */
import * as Type from 'typebox';
import { type Schema, schema } from '../wire/schema.ts';

/** Most rows that one answer has. */
const mostRows = 50;

const server = Type.Optional(
  Type.Enum(['local', 'remote'], {
    description: 'Where the job is: local is the predictions server of this machine, remote is FineTune Lab.',
  }),
);
const jobId = Type.String({ minLength: 1, description: 'Id of the job, as the list of jobs has it.' });
const limit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: mostRows, description: 'Most rows in the answer; 20 by default.' }),
);
const score = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 200,
    description: 'Name of a score, such as reward or char_error_rate; by default the one that the job is judged by.',
  }),
);
const closed = { additionalProperties: false };

const listJobs = Type.Object(
  { server, activeOnly: Type.Optional(Type.Boolean({ description: 'Leaves out jobs that ended.' })) },
  closed,
);
const jobTrends = Type.Object(
  {
    jobId,
    server,
    score: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Name of one score to be told of; all by default.' }),
    ),
  },
  closed,
);
const sampleHistory = Type.Object(
  {
    jobId,
    server,
    sampleIndex: Type.Integer({ minimum: 0, description: 'Which of the job’s sample prompts.' }),
    source: Type.Optional(
      Type.String({ maxLength: 1000, description: 'Of several samples with that number: which source, such as val.' }),
    ),
    limit,
  },
  closed,
);
const samples = Type.Object(
  {
    jobId,
    server,
    which: Type.Enum(['worst', 'regressed'], {
      description:
        'worst: the worst values of the score at the checkpoint. regressed: samples that got worse since the one before.',
    }),
    epoch: Type.Optional(Type.Integer({ minimum: 0, description: 'The newest epoch by default.' })),
    step: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Which checkpoint of the epoch; its newest by default.' }),
    ),
    score,
    limit,
  },
  closed,
);

/** The tools' inputs by tool name. */
export const toolInputs: { [Name in keyof ToolInputs]: Schema<ToolInputs[Name]> } = {
  trainingPredictions_listJobs: schema(listJobs),
  trainingPredictions_jobTrends: schema(jobTrends),
  trainingPredictions_sampleHistory: schema(sampleHistory),
  trainingPredictions_samples: schema(samples),
};
export type ListJobsInput = Type.Static<typeof listJobs>;
export type JobTrendsInput = Type.Static<typeof jobTrends>;
export type SampleHistoryInput = Type.Static<typeof sampleHistory>;
export type SamplesInput = Type.Static<typeof samples>;

/** What each tool is asked with. */
export interface ToolInputs {
  trainingPredictions_listJobs: ListJobsInput;
  trainingPredictions_jobTrends: JobTrendsInput;
  trainingPredictions_sampleHistory: SampleHistoryInput;
  trainingPredictions_samples: SamplesInput;
}

export const defaultRows = 20;
