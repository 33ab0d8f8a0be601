import { parentPort } from 'node:worker_threads';

/** What a `LimitedWorker` is told: first that the program is loaded, then one answer for each question. */
export type WorkerWord<Answer> = 'ready' | { readonly answer: Answer };

/** Makes this thread one that a `LimitedWorker` asks. */
export function answerQuestions<Question, Answer>(answer: (question: Question) => Answer): void {
  const say = (word: WorkerWord<Answer>): void => parentPort?.postMessage(word);
  parentPort?.on('message', (question: Question) => say({ answer: answer(question) }));
  say('ready');
}
