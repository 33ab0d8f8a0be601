import { setImmediate as nextTurn } from 'node:timers/promises';
import { ImportTally } from '../importTally.ts';
import { importedState } from '../jobStates.ts';
import type { JobChange, JobRecord, NewPrediction } from '../storage.ts';
import type { SqliteDatabase } from './database.ts';
import { createHiddenJob, findJob, hiddenJobs, retiredSeq, showJob, takeRetiredSeq } from './jobs.ts';
import { insertPredictions } from './predictions.ts';
import type { SqliteSweeper } from './sweeper.ts';
import type { SqliteWrites } from './writes.ts';

/**
 * Imports of whole jobs. A transaction that stays open while rows arrive would hold up every other writer. So they are
 * stored under a job that nobody sees, which one last transaction makes the user's.
 */
export class SqliteImports {
  readonly #database: SqliteDatabase;
  readonly #writes: SqliteWrites;
  readonly #sweeper: SqliteSweeper;

  constructor(database: SqliteDatabase, writes: SqliteWrites, sweeper: SqliteSweeper) {
    this.#database = database;
    this.#writes = writes;
    this.#sweeper = sweeper;
  }

  /** Gives up what a killed server left unfinished. */
  abandonUnfinished(): void {
    for (const number of hiddenJobs(this.#database)) this.#sweeper.abandon(number);
  }

  /** As `Storage.importJob`. */
  async import(
    userId: string,
    jobId: string,
    rows: AsyncIterable<readonly NewPrediction[]>,
    change: () => JobChange,
  ): Promise<JobRecord | undefined> {
    const database = this.#database;
    if (findJob(database, jobId) !== undefined) return undefined;
    const tally = new ImportTally(retiredSeq(database, jobId));
    const hidden = this.#writes.atOnce(() => createHiddenJob(database, tally.retiredSeq));
    let saved: JobRecord | undefined;
    try {
      for await (const batch of rows) {
        const marks = this.#writes.atOnce(() =>
          insertPredictions(database, hidden, tally.lastSeq + 1, batch, tally.marks),
        );
        tally.add(batch, marks);
        await nextTurn();
      }
      saved = database.transaction(() => {
        // Somebody else made a job of this id meanwhile.
        if (findJob(database, jobId) !== undefined) return undefined;
        if (retiredSeq(database, jobId) !== tally.retiredSeq) return undefined;
        takeRetiredSeq(database, jobId);
        return showJob(database, hidden, userId, jobId, importedState(change()), tally.growth);
      });
    } finally {
      if (saved === undefined) this.#sweeper.abandon(hidden);
    }
    return saved;
  }
}
