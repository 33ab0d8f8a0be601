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
const closed = { additionalProperties: false };

const listJobs = Type.Object(
  { server, activeOnly: Type.Optional(Type.Boolean({ description: 'Leaves out jobs that ended.' })) },
  closed,
);
const jobTrends = Type.Object({ jobId, server }, closed);
const sampleHistory = Type.Object(
  {
    jobId,
    server,
    sampleIndex: Type.Integer({ minimum: 0, description: 'Which of the job’s sample prompts.' }),
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
        'worst: the highest character error rates of the epoch. regressed: samples whose rate rose since the epoch before.',
    }),
    epoch: Type.Optional(Type.Integer({ minimum: 0, description: 'The newest epoch by default.' })),
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
