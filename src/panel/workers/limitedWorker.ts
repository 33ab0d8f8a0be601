import { Worker } from 'node:worker_threads';
import type { WorkerWord } from './answerQuestions.ts';

/** Why there is no answer: it would have taken too long, or the worker failed. */
export type NoAnswer = { readonly failure: 'time' | 'failed' };

export interface WorkerLimits {
  /** For one answer, in ms, once the program is loaded. */
  readonly time: number;
}

interface Asked<Question, Answer> {
  readonly question: Question;
  readonly done: (outcome: { readonly answer: Answer } | NoAnswer) => void;
}

/** Until a program is loaded, in ms: a busy machine may need long. */
const longestStart = 30_000;

/**
 * A thread that answers one question after the other, each within a limit of time. It begins with the first question, or
 * when one is expected. A question that it cannot answer costs that question alone: another thread takes the rest.
 */
export class LimitedWorker<Question, Answer> {
  readonly #program: string;
  readonly #limits: WorkerLimits;
  readonly #waiting: Asked<Question, Answer>[] = [];
  #worker: Worker | undefined;
  #isReady = false;
  #asked: Asked<Question, Answer> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param program a file that calls `answerQuestions` */
  constructor(program: string, limits: WorkerLimits) {
    this.#program = program;
    this.#limits = limits;
  }

  /** A question is to be expected: the program is loaded by then. */
  expect(): void {
    if (this.#worker === undefined) this.#start();
  }

  /** @param done is called once, later, unless the worker is disposed before */
  ask(question: Question, done: Asked<Question, Answer>['done']): void {
    this.#waiting.push({ question, done });
    this.expect();
    this.#next();
  }

  dispose(): void {
    this.#waiting.length = 0;
    this.#asked = undefined;
    this.#end();
  }

  #start(): void {
    // Without a limit of its memory: V8 may end the whole process where one is reached. Programs bound what they take.
    const worker = new Worker(this.#program);
    worker.unref();
    this.#worker = worker;
    this.#wait(longestStart);
    worker.on('message', (word: WorkerWord<Answer>) => {
      if (worker !== this.#worker) return;
      if (word === 'ready') this.#isReady = true;
      else this.#settle({ answer: word.answer });
      this.#next();
    });
    worker.on('error', () => {
      if (worker === this.#worker) this.#fail('failed');
    });
  }

  #next(): void {
    if (!this.#isReady || this.#asked !== undefined) return;
    clearTimeout(this.#timer);
    this.#asked = this.#waiting.shift();
    if (this.#asked === undefined) return;
    this.#wait(this.#limits.time);
    this.#worker?.postMessage(this.#asked.question);
  }

  #wait(time: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail('time'), time);
    this.#timer.unref();
  }

  #settle(outcome: { readonly answer: Answer } | NoAnswer): void {
    const asked = this.#asked;
    this.#asked = undefined;
    clearTimeout(this.#timer);
    asked?.done(outcome);
  }

  #fail(failure: NoAnswer['failure']): void {
    const wasReady = this.#isReady;
    this.#end();
    if (wasReady) this.#settle({ failure });
    // A program that cannot even be loaded answers nothing.
    else for (const { done } of this.#waiting.splice(0)) done({ failure });
    if (this.#waiting.length > 0 && this.#worker === undefined) this.#start();
  }

  #end(): void {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    this.#isReady = false;
    void worker?.terminate();
  }
}
