import type { RowFile } from '../formats/format.ts';
import { parseTrainerState } from '../metrics/trainerState.ts';
import { bytesOf, openRunFile } from './runFile.ts';

/** A larger file is no state, in bytes. */
const largest = 256 * 1024 * 1024;

/** A file with the step at which the training was when its rows were written, where the state of a Trainer tells it. */
export async function withStepOfState(file: RowFile): Promise<RowFile> {
  const opened = file.state === undefined ? undefined : await openRunFile(file.state);
  if (opened === undefined) return file;
  try {
    if (opened.size > largest) return file;
    const state = parseTrainerState((await bytesOf(opened, 0, opened.size)).toString('utf8'));
    return state === undefined ? file : { ...file, step: state.step };
  } finally {
    await opened.handle.close();
  }
}
