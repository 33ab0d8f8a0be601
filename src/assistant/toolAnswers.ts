/** What is loaded once an assistant asks: the answers to its questions, and what it is told of a failure. */
import { ApiClient } from '../api/client.ts';
import { settingsOf } from '../model/scoreSettings.ts';
import type { ServerId } from '../servers.ts';
import type { JobReference } from '../watch/watches.ts';
import { historyAnswer, jobsAnswer, samplesAnswer, trendsAnswer } from './answers.ts';
import { failureSentence, UnknownJobError } from './failureText.ts';
import { HeldJobReader, type JobReader, ServerJobReader } from './jobReader.ts';
import { type Known, listedOn, type Question, serverIds, sourceOf } from './known.ts';
import type { ToolInputs } from './toolInputs.ts';
import type { ToolAnswer } from './toolText.ts';

export { failureText } from './failureText.ts';
export { toolText } from './toolText.ts';

/** How each tool answers. */
export const toolAnswers: {
  [Name in keyof ToolInputs]: (known: Known, input: ToolInputs[Name], signal: AbortSignal) => Promise<ToolAnswer>;
} = {
  trainingPredictions_listJobs: listJobs,
  trainingPredictions_jobTrends: (known, input, signal) =>
    ofJob(known, input, signal, (reader) => trendsAnswer(reader, input)),
  trainingPredictions_sampleHistory: (known, input, signal) =>
    ofJob(known, input, signal, (reader) => historyAnswer(reader, input)),
  trainingPredictions_samples: (known, input, signal) =>
    ofJob(known, input, signal, (reader) => samplesAnswer(reader, input)),
};

async function listJobs(
  known: Known,
  { server, activeOnly }: ToolInputs['trainingPredictions_listJobs'],
): Promise<ToolAnswer> {
  const { servers, watches } = known;
  const asked = serverIds.filter((id) => servers.isPresent(id) && (server === undefined || server === id));
  await Promise.all(asked.map((id) => watches.listing(id).refresh()));
  const listed = asked.flatMap((id) =>
    watches.listing(id).jobs.map((job) => {
      const watched = watches.get({ server: id, jobId: job.id }) !== undefined;
      return { server: id, job, watched };
    }),
  );
  const answer = jobsAnswer(listed, activeOnly ?? false);
  const facts = asked.flatMap((id) => {
    const { problem } = watches.listing(id);
    return problem === null
      ? []
      : [`The jobs of ${sourceOf(known, id)} could not be read: ${failureSentence(problem)}`];
  });
  if (asked.length === 0) facts.push('No server is there: the user can run Start Local Server or Set API Key.');
  return { ...answer, facts, source: asked.map((id) => sourceOf(known, id)).join(' and ') || 'no server' };
}

async function ofJob(
  known: Known,
  question: Question,
  signal: AbortSignal,
  answer: (reader: JobReader) => Promise<Omit<ToolAnswer, 'source'>>,
): Promise<ToolAnswer> {
  const job = await locate(known, question);
  const session = known.watches.get(job)?.session;
  const reader =
    session?.caughtUp === true
      ? new HeldJobReader(session.store)
      : new ServerJobReader(new ApiClient(await known.servers.endpoint(job.server)), job.jobId, signal, {
          settings: settingsOf(known.watches.job(job)?.config),
          chosen: session?.judging.chosen ?? null,
        });
  return { ...(await answer(reader)), source: sourceOf(known, job.server) };
}

/** @throws UnknownJobError when the server is not named and no server lists the job */
async function locate(known: Known, { jobId, server }: Question): Promise<JobReference<ServerId>> {
  const named = server ?? listedOn(known, jobId);
  if (named !== undefined) return { server: named, jobId };
  const present = serverIds.filter((id) => known.servers.isPresent(id));
  await Promise.all(present.map((id) => known.watches.listing(id).refresh()));
  const listed = listedOn(known, jobId);
  if (listed !== undefined) return { server: listed, jobId };
  throw new UnknownJobError();
}
