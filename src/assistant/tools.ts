import * as vscode from 'vscode';
import type { RedactingLog } from '../log.ts';
import { beginning, plainName } from '../plainText.ts';
import type { ServerId, Servers } from '../servers.ts';
import type { Watches } from '../watch/watches.ts';
import { type Known, listedOn, type Question, sourceOf } from './known.ts';
import { type ToolInputs, toolInputs } from './toolInputs.ts';

/** Registers what the editor's assistant may ask. Prompts and predictions go to it only once the user agreed. */
export function registerTools(servers: Servers, watches: Watches<ServerId>, log: RedactingLog): vscode.Disposable {
  const known: Known = { servers, watches };
  const tool = <Name extends keyof ToolInputs>(name: Name, of: Tool<ToolInputs[Name]>) =>
    register(name, of, known, log);
  return vscode.Disposable.from(
    tool('trainingPredictions_listJobs', {
      doing: () => vscode.l10n.t('Reading the list of training jobs'),
    }),
    tool('trainingPredictions_jobTrends', {
      doing: ({ jobId }) => vscode.l10n.t('Reading the trends of {0}', jobId),
    }),
    tool('trainingPredictions_sampleHistory', {
      doing: ({ jobId, sampleIndex }) => vscode.l10n.t('Reading the answers of {0} to sample {1}', jobId, sampleIndex),
      confirmation: (input) => confirmation(known, input),
    }),
    tool('trainingPredictions_samples', {
      doing: ({ jobId }) => vscode.l10n.t('Reading samples of {0}', jobId),
      confirmation: (input) => confirmation(known, input),
    }),
  );
}

interface Tool<T> {
  doing(input: T): string;
  /** What the user has to agree to first. */
  confirmation?(input: T): vscode.LanguageModelToolConfirmationMessages;
}

/** What comes from a model is parsed like anything from outside; its faults are told to it. */
function register<Name extends keyof ToolInputs>(
  name: Name,
  { doing, confirmation: confirm }: Tool<ToolInputs[Name]>,
  known: Known,
  log: RedactingLog,
): vscode.Disposable {
  const input = toolInputs[name];
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
      const { toolAnswers, toolText, failureText } = await import('./toolAnswers.ts');
      const aborted = new AbortController();
      const subscription = cancellation.onCancellationRequested(() => aborted.abort(new vscode.CancellationError()));
      try {
        const text = toolText(await toolAnswers[name](known, asked, aborted.signal));
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
  const name = server === undefined ? question.jobId : known.watches.title({ server, jobId: question.jobId });
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
