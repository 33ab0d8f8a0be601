import { DatabaseSync } from 'node:sqlite';

/** Another follower is at work on the same job. */
export class FollowedAlreadyError extends Error {
  override readonly name = 'FollowedAlreadyError';
}

/**
 * Opens a database that no other process opens meanwhile: the system lets go of its lock with the process.
 *
 * @param tables statements that make what is to be there
 * @throws FollowedAlreadyError
 */
export function openAlone(file: string, tables: string): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    // A process that is killed loses nothing so. A power cut may take the last batches back, which are read again then.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    database.exec(`BEGIN IMMEDIATE; ${tables} COMMIT;`);
    return database;
  } catch (cause) {
    database.close();
    if ((cause as { errcode?: number }).errcode === 5) {
      throw new FollowedAlreadyError('Another process follows this already.', { cause });
    }
    throw cause;
  }
}
