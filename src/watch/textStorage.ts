import type { SpillOptions } from '../store/spill.ts';
import type { Log } from './log.ts';

/** Where watches keep texts for which the memory has no room. */
export interface TextStorage extends Pick<SpillOptions, 'limit' | 'file'> {
  /** Something that a person should know of: a full disk, or texts that were lost. */
  tell(problem: string): void;
}

/**
 * How the store of one job's watch uses that place; undefined where there is none.
 *
 * @param readAgain is called when texts were lost: the server still has them
 */
export function spillOptions(
  { jobId, log, texts }: { jobId: string; log: Log; texts?: TextStorage | undefined },
  readAgain: () => void,
): SpillOptions | undefined {
  if (texts === undefined) return undefined;
  return {
    limit: texts.limit,
    file: texts.file,
    writing: (problem) => {
      if (problem === null) {
        log.info(`${jobId}: texts go to the disk again`);
        return;
      }
      log.warn(`${jobId}: texts cannot go to the disk (${problem.message})`);
      texts.tell(
        `The texts of ${jobId} stay in memory, since they could not be written to the disk (${problem.message}). ` +
          'Nothing is lost. Make room there; it is tried again.',
      );
    },
    lost: (error) => {
      log.warn(`${jobId}: ${error.message} (${String(error.cause)})`);
      // Whoever reads now has to come to an end first.
      setImmediate(readAgain);
    },
  };
}
