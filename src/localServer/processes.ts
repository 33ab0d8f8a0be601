/** How processes are started that work beside VS Code: their environment and what they say. */
import { openSync, renameSync, statSync } from 'node:fs';

/** A new log is begun above this, in bytes. */
const longestLog = 1_000_000;

export interface OpenLog {
  readonly file: string;
  /** Its descriptor, for appending: several processes that start at once must not write over each other. */
  readonly output: number;
  /** Where what is written from now on begins. */
  readonly start: number;
}

/** What it held before has the ending `.old` once that is much. */
export function openLog(file: string): OpenLog {
  let start = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (start > longestLog) {
    renameSync(file, `${file}.old`);
    start = 0;
  }
  return { file, output: openSync(file, 'a', 0o600), start };
}

/** That of this process as Node, without the user's own FineTune Lab key, which is none of a local server's business. */
export function nodeEnvironment(dataDirectory: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('FINETUNE_LAB_'));
  return {
    ...Object.fromEntries(inherited),
    ELECTRON_RUN_AS_NODE: '1',
    TRAINING_PREDICTIONS_HOME: dataDirectory,
  };
}

/** Whether there is a process of this number. One that nobody waited for keeps its number for a while. */
export function isProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
