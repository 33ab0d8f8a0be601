import { ImportTally } from '../importTally.ts';
import { importedState } from '../jobStates.ts';
import type { JobChange, JobRecord, NewPrediction } from '../storage.ts';
import type { Ask, PostgresDatabase } from './database.ts';
import { createJob, lockedJob, lockId, nextJobNumber, retiredSeq, takeRetiredSeq } from './jobs.ts';
import { insertPredictions } from './predictions.ts';

/**
 * One transaction that takes the rows while they arrive; the job itself, which makes them seen, comes last.
 *
 * @param tellOthers of the new job, within that transaction
 * @returns undefined when there is a job of that id
 */
export async function importRows(
  database: PostgresDatabase,
  userId: string,
  jobId: string,
  rows: AsyncIterable<readonly NewPrediction[]>,
  change: () => JobChange,
  tellOthers: (ask: Ask, job: number) => Promise<void>,
): Promise<JobRecord | undefined> {
  try {
    return await database.importTransaction(async (ask) => {
      const tally = new ImportTally(await retiredSeq(ask, jobId));
      const number = await nextJobNumber(ask);
      for await (const batch of rows) {
        tally.add(batch, await insertPredictions(ask, number, tally.lastSeq + 1, batch, tally.marks));
      }
      await lockId(ask, jobId);
      if ((await lockedJob(ask, jobId)) !== undefined || (await takeRetiredSeq(ask, jobId)) !== tally.retiredSeq) {
        throw new ImportOvertaken();
      }
      const { lastSeq, growth } = tally;
      const job = await createJob(ask, { ...importedState(change()), jobId, userId, number, lastSeq, growth });
      await tellOthers(ask, job.number);
      return job;
    });
  } catch (error) {
    if (error instanceof ImportOvertaken) return undefined;
    throw error;
  }
}

/** Somebody else made the job while it was being imported. */
class ImportOvertaken extends Error {}
