import * as vscode from 'vscode';
import { ApiClient } from '../api/client.ts';
import type { RedactingLog } from '../log.ts';
import { beginning, plainName } from '../plainText.ts';
import type { ServerId, Servers } from '../servers.ts';
import { titleOf } from '../watch/jobTitle.ts';
import type { JobReference, Watches } from '../watch/watches.ts';
import type { Schema } from '../wire/schema.ts';
import { historyAnswer, jobsAnswer, samplesAnswer, trendsAnswer } from './answers.ts';
import { failureSentence, failureText, UnknownJobError } from './failureText.ts';
import { HeldJobReader, type JobReader, ServerJobReader } from './jobReader.ts';
import { toolInputs } from './toolInputs.ts';
import { type ToolAnswer, toolText } from './toolText.ts';

const serverIds: readonly ServerId[] = ['remote', 'local'];
type Known = { servers: Servers; watches: Watches<ServerId> };
type Question = { jobId: string; server?: ServerId | undefined };

/** Registers what the editor's assistant may ask. Prompts and predictions go to it only once the user agreed. */
export function registerTools(servers: Servers, watches: Watches<ServerId>, log: RedactingLog): vscode.Disposable {
  const known: Known = { servers, watches };
  const tool = <T>(name: string, input: Schema<T>, of: Tool<T>) => register(name, input, of, log);
  return vscode.Disposable.from(
    tool('trainingPredictions_listJobs', toolInputs.trainingPredictions_listJobs, {
      doing: () => vscode.l10n.t('Reading the list of training jobs'),
      answer: async ({ server, activeOnly }) => {
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
      },
    }),
    tool('trainingPredictions_jobTrends', toolInputs.trainingPredictions_jobTrends, {
      doing: ({ jobId }) => vscode.l10n.t('Reading the trends of {0}', jobId),
      answer: (input, signal) => ofJob(known, input, signal, trendsAnswer),
    }),
    tool('trainingPredictions_sampleHistory', toolInputs.trainingPredictions_sampleHistory, {
      doing: ({ jobId, sampleIndex }) => vscode.l10n.t('Reading the answers of {0} to sample {1}', jobId, sampleIndex),
      confirmation: (input) => confirmation(known, input),
      answer: (input, signal) => ofJob(known, input, signal, (reader) => historyAnswer(reader, input)),
    }),
    tool('trainingPredictions_samples', toolInputs.trainingPredictions_samples, {
      doing: ({ jobId }) => vscode.l10n.t('Reading samples of {0}', jobId),
      confirmation: (input) => confirmation(known, input),
      answer: (input, signal) => ofJob(known, input, signal, (reader) => samplesAnswer(reader, input)),
    }),
  );
}

interface Tool<T> {
  doing(input: T): string;
  /** What the user has to agree to first. */
  confirmation?(input: T): vscode.LanguageModelToolConfirmationMessages;
  answer(input: T, signal: AbortSignal): Promise<ToolAnswer>;
}

/** What comes from a model is parsed like anything from outside; its faults are told to it. */
function register<T>(
  name: string,
  input: Schema<T>,
  { doing, confirmation: confirm, answer }: Tool<T>,
  log: RedactingLog,
): vscode.Disposable {
  return vscode.lm.registerTool<unknown>(name, {
    prepareInvocation: ({ input: given }) => {
      const asked = input.parse(given);
      return {
        invocationMessage: literal(doing(asked)),
        ...(confirm === undefined ? {} : { confirmationMessages: confirm(asked) }),
      };
    },
    invoke: async ({ input: given }, cancellation) => {
      const asked = input.parse(given);
      const aborted = new AbortController();
      const subscription = cancellation.onCancellationRequested(() => aborted.abort(new vscode.CancellationError()));
      try {
        const text = toolText(await answer(asked, aborted.signal));
        return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
      } catch (error) {
        if (error instanceof vscode.CancellationError) throw error;
        // The model reads this message, and may be shown a cause as well: the error itself goes to the log alone.
        log.error(name, error);
        throw new Error(failureText(error));
      } finally {
        subscription.dispose();
      }
    },
  });
}

function confirmation(known: Known, question: Question): vscode.LanguageModelToolConfirmationMessages {
  const server = question.server ?? listedOn(known, question.jobId);
  const name =
    server === undefined
      ? question.jobId
      : titleOf(question.jobId, known.watches.job({ server, jobId: question.jobId }));
  const source = server === undefined ? vscode.l10n.t('the predictions server') : sourceOf(known, server);
  return {
    title: vscode.l10n.t('Give predictions to the language model?'),
    message: literal(
      vscode.l10n.t(
        'Prompts, ground truths and predictions of {0} leave {1} and go to the language model of this chat.',
        ...[name, source],
      ),
    ),
  };
}

/** More characters of a sentence with a name that others chose are not shown. */
const mostShown = 500;

/** Names that others chose stay text. */
function literal(text: string): vscode.MarkdownString {
  return new vscode.MarkdownString().appendText(plainName(beginning(text, mostShown)));
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
      : new ServerJobReader(new ApiClient(await known.servers.endpoint(job.server)), job.jobId, signal);
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

function listedOn({ watches }: Known, jobId: string): ServerId | undefined {
  return serverIds.find((server) => watches.get({ server, jobId }) ?? watches.job({ server, jobId }));
}

function sourceOf({ servers }: Known, server: ServerId): string {
  const host = servers.host(server);
  return host === '' ? servers.label(server) : `${servers.label(server)} (${host})`;
}
