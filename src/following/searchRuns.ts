import { dirname, join, relative, sep } from 'node:path';
import { folderOf } from '../follow/files/runPath.ts';
import { trainers } from '../follow/formats/formats.ts';
import { locate } from '../follow/formats/located.ts';

/** A run as the names of its files tell it; what is in them may tell otherwise. */
export interface FoundRun {
  /** As `RowFile.run` has it. */
  readonly path: string;
  readonly format: string;
}

/** Names of files, anywhere, that trainers write. */
export const trainerGlobs = trainers.flatMap(({ globs }) => globs);

/** Names that one look at a workspace tells at most, and looks of one search. */
export const bounds = { names: 1000, looks: 10 };

/** The run that a file would be of; undefined for a name that none of the trainers gives. */
export function runOf(path: string): FoundRun | undefined {
  for (const format of trainers) {
    const file = locate(format, path);
    if (file !== undefined) return { path: file.run, format: format.name };
  }
  return undefined;
}

/**
 * Runs below a workspace's folders, by the names of files alone: nothing is opened. A run of a thousand files costs one
 * look: the next one leaves out what was found.
 *
 * @param look paths of files that have one of the names, at most so many, without those in some folders
 * @returns by path; `isWhole` is false where there may be more
 */
export async function searchRuns(
  look: (leftOut: readonly string[], most: number) => Promise<readonly string[]>,
): Promise<{ runs: Map<string, FoundRun>; isWhole: boolean }> {
  const runs = new Map<string, FoundRun>();
  const leftOut = new Set<string>();
  for (let looks = 0; looks < bounds.looks; looks += 1) {
    const paths = await look([...leftOut], bounds.names);
    const before = leftOut.size;
    for (const path of paths) {
      const run = runOf(path);
      if (run !== undefined && !runs.has(run.path)) runs.set(run.path, run);
      leftOut.add(run === undefined ? dirname(path) : ownFolder(run.path, path));
    }
    if (paths.length < bounds.names) return { runs, isWhole: true };
    if (leftOut.size === before) break;
  }
  return { runs, isWhole: false };
}

/** The folder in which a run has its files: the one of a file below the run's folder, else that itself. */
function ownFolder(run: string, path: string): string {
  const [first = '', ...more] = relative(folderOf(run), path).split(sep);
  return more.length > 0 ? join(folderOf(run), first) : dirname(path);
}
