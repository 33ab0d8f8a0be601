/** What a language model reads when a question could not be answered. Pure. */
import {
  ApiError,
  NotFoundError,
  RedirectedError,
  RejectedError,
  UnauthorizedError,
  UnavailableError,
  UnprovenServerError,
  UnreachableError,
  UnreadableAnswerError,
} from '../api/errors.ts';
import { InvalidServerAddressError } from '../api/serverAddress.ts';
import { redact } from '../redact.ts';
import { quotedText } from './toolText.ts';

/** No server lists the job that an assistant asked for. */
export class UnknownJobError extends Error {
  override readonly name = 'UnknownJobError';
}

/** A sentence of ours, by class and status; what the server said follows as data. */
export function failureText(error: unknown): string {
  const sentence = failureSentence(error);
  if (!(error instanceof ApiError) || error.said === '') return sentence;
  return `${sentence}\n${quotedText({ theServerSaid: redact(error.said) })}`;
}

/** The same without any word of a server. */
export function failureSentence(error: unknown): string {
  if (error instanceof UnknownJobError) {
    return 'No server lists that job. List the jobs to find its id, or name the server (local or remote).';
  }
  if (error instanceof InvalidServerAddressError) {
    return 'The address of the predictions server is not usable. The user can set trainingPredictions.serverUrl.';
  }
  if (!(error instanceof ApiError)) {
    return 'The question could not be answered. Show Log tells the user why.';
  }
  const status = error.status === null ? '' : ` (HTTP status ${error.status})`;
  return `${whatHappened(error)}${status}. ${whatToDo(error)}`;
}

function whatHappened(error: ApiError): string {
  if (error instanceof UnauthorizedError) {
    return error.status === null ? 'There is no API key for the server' : 'The server refuses the API key';
  }
  if (error instanceof NotFoundError) return 'The server has no such job';
  if (error instanceof RejectedError) return 'The server refuses the request';
  if (error instanceof UnavailableError) return 'The server cannot answer right now';
  if (error instanceof UnprovenServerError) {
    return 'Something else answers where the local server was, and no key was sent';
  }
  if (error instanceof UnreachableError) return 'The server cannot be reached';
  if (error instanceof RedirectedError) return 'The server redirects elsewhere, where the API key must not go';
  return 'The server sent an answer that this extension cannot read';
}

function whatToDo(error: ApiError): string {
  if (error instanceof UnauthorizedError) return 'The user can run Set API Key.';
  if (error instanceof NotFoundError) return 'List the jobs to find its id.';
  if (error instanceof UnavailableError) return 'Try again later.';
  if (error instanceof UnprovenServerError) return 'The user can run Start Local Server.';
  if (error instanceof UnreachableError) return 'The user can run Start Local Server, or check the network.';
  if (error instanceof RedirectedError || error instanceof UnreadableAnswerError) {
    return 'The user can check the setting trainingPredictions.serverUrl.';
  }
  return 'Show Log tells the user why.';
}
