import { dirname } from 'node:path';
import { harnessLogOf, stepFolderOf } from './harnessLogs.ts';
import type { PathFacts } from './pathFacts.ts';

/**
 * What the harness's logs of several checkpoints tell where all of them are of one run: their steps, and that a later log
 * of a step is a revision. Of anything else the facts stay as they are.
 */
export function withCheckpoints<T extends { readonly path: string; readonly facts: PathFacts }>(
  files: readonly T[],
): readonly T[] {
  const logs = files.flatMap((file) => {
    const log = harnessLogOf(file.path);
    return log === undefined ? [] : [{ file, ...log, folder: stepFolderOf(dirname(file.path)) }];
  });
  const runs = new Set(logs.map(({ folder }) => folder?.all));
  if (runs.size !== 1 || runs.has(undefined)) return files;
  const groupOf = (log: (typeof logs)[number]): string => JSON.stringify([log.folder?.step, log.task]);
  const seen = new Map<string, number>();
  const facts = new Map<T, PathFacts>();
  for (const log of logs.toSorted((a, b) => (a.time < b.time ? -1 : 1))) {
    const revision = seen.get(groupOf(log)) ?? 0;
    seen.set(groupOf(log), revision + 1);
    const step = log.folder?.step ?? 0;
    facts.set(log.file, { ...log.file.facts, step, ...(revision === 0 ? {} : { revision }) });
  }
  return files.map((file) => ({ ...file, facts: facts.get(file) ?? file.facts }));
}
