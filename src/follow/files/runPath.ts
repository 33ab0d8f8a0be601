import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A run with a folder for each step, beside others: as `stepFolderOf` calls all of them. */
const steps = /-\*$/;

/** The folder that all files of a run are in. */
export function folderOf(run: string): string {
  return steps.test(run) ? dirname(run) : run;
}

/** What a run is called where only its path names it; of `__runs__my-sft__checkpoint-*`, what is left without the signs. */
export function nameOfRun(run: string): string {
  const name = basename(run);
  if (!steps.test(name)) return name;
  return name.replace(/^[._-]+|[._-]*checkpoint-\*$/g, '') || name.replace(steps, '');
}

/** The path without links. @throws what `realpath` throws */
export async function realRunPath(path: string): Promise<string> {
  return steps.test(path) ? join(await realpath(dirname(path)), basename(path)) : realpath(path);
}
