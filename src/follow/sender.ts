import { randomUUID } from 'node:crypto';
import { RejectedError } from '../api/errors.ts';
import { isObject } from '../tables/rows.ts';
import { writeJson } from '../wire/pythonJson.ts';
import type { Report } from './report.ts';
import { hashOf } from './rowIds.ts';
import type { ServerJob } from './serverJob.ts';

/** A prediction that is to be sent, and where it is from. */
export interface SentRow {
  readonly prediction: Readonly<Record<string, unknown>>;
  /** Relative to the run's folder. */
  readonly file: string;
  readonly line: number;
}

/** What became of the rows so far. */
export interface Totals {
  /** That the server has taken, the known ones among them. */
  rows: number;
  /** That it had already. */
  known: number;
  refused: number;
}

/** What only servers of the contract's second edition know. A server of the first sets ids itself. */
const secondEdition = ['id', 'scores', 'completion_index', 'restart', 'restart_from', 'revision'];

/** Sends batches, one at a time, while the next one is made. */
export class Sender {
  readonly totals: Totals = { rows: 0, known: 0, refused: 0 };
  readonly #job: ServerJob;
  readonly #edition: number;
  readonly #report: Report;
  #underWay: Promise<void> = Promise.resolve();

  constructor(job: ServerJob, edition: number, report: Report) {
    this.#job = job;
    this.#edition = edition;
    this.#report = report;
  }

  /**
   * Waits for the batch before, and hands this one over.
   *
   * @param after is done once the server has answered for all of it
   */
  async send(rows: readonly SentRow[], after: () => void): Promise<void> {
    await this.#underWay;
    this.#underWay = this.#sendAll(rows).then(after);
    // Whoever waits next is told.
    this.#underWay.catch(() => {});
  }

  /** Until all is answered. @throws what the last batch failed with */
  idle(): Promise<void> {
    return this.#underWay;
  }

  /** Counts and names what is no row. */
  refuse(file: string, line: number | null, why: string): void {
    this.totals.refused += 1;
    this.#report.refuse(file, line, why);
  }

  async #sendAll(rows: readonly SentRow[]): Promise<void> {
    const [first] = rows;
    if (first === undefined) return;
    const knowsIds = this.#edition > 1;
    const predictions = rows.map(({ prediction }) => (knowsIds ? prediction : ofFirstEdition(prediction)));
    // Where ids say nothing, equal batches are one: those of a follower that was killed and began again.
    const batchKey = knowsIds ? randomUUID() : hashOf(JSON.stringify(predictions));
    const write = knowsIds && predictions.some(holdsNaN) ? writeJson : undefined;
    try {
      const { known = 0 } = await this.#job.send((script) =>
        script.sendPredictions(this.#job.jobId, predictions, batchKey, write),
      );
      this.totals.rows += rows.length;
      this.totals.known += known;
      this.#report.event({ event: 'sent', file: first.file, rows: rows.length });
    } catch (error) {
      if (!(error instanceof RejectedError)) throw error;
      if (rows.length === 1) {
        this.refuse(first.file, first.line, error.said === '' ? error.message : error.said);
        return;
      }
      // A batch is stored whole or not at all: the row at fault is found by halves, the others arrive.
      const half = Math.ceil(rows.length / 2);
      await this.#sendAll(rows.slice(0, half));
      await this.#sendAll(rows.slice(half));
    }
  }
}

/** Whether a value of the row, or a score, was no finite number. */
function holdsNaN(prediction: Readonly<Record<string, unknown>>): boolean {
  const { scores } = prediction;
  for (const name in prediction) if (Number.isNaN(prediction[name])) return true;
  return isObject(scores) && Object.values(scores).some(Number.isNaN);
}

/** Whole epochs, and nothing that a first-edition server would not know. */
function ofFirstEdition(prediction: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(prediction).filter(([name]) => !secondEdition.includes(name));
  return { ...Object.fromEntries(kept), epoch: Math.floor(Number(prediction['epoch']) + 1e-6) };
}
