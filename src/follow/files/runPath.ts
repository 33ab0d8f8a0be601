import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { allSteps } from '../../tables/files/harnessLogs.ts';

/** The folder that all files of a run are in. */
export function folderOf(run: string): string {
  return allSteps.test(run) ? dirname(run) : run;
}

/** What a run is called where only its path names it; of `__runs__my-sft__checkpoint-*`, what is left without the signs. */
export function nameOfRun(run: string): string {
  const name = basename(run);
  return allSteps.test(name) ? name.replace(allSteps, '').replace(/^[._-]+|[._-]+$/g, '') || 'checkpoint' : name;
}

/** The path without links. @throws what `realpath` throws */
export async function realRunPath(path: string): Promise<string> {
  return allSteps.test(path) ? join(await realpath(dirname(path)), basename(path)) : realpath(path);
}
