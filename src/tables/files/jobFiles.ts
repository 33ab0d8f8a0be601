import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { ImportError } from '../tableError.ts';
import { withCheckpoints } from './evaluations.ts';
import { type PathFacts, pathFacts } from './pathFacts.ts';

/** A file that a job may be made of. */
export interface JobFile {
  readonly path: string;
  /** As a person tells it from the others. */
  readonly name: string;
  readonly facts: PathFacts;
  /** Whether somebody named it; the others are what a folder holds. */
  readonly isChosen: boolean;
}

const tableNames = /\.(jsonl|ndjson|json|csv|tsv|parquet)(\.gz)?$/i;
/** Folders below one that was chosen. */
const mostLevels = 8;
/** More files are no run of one training. */
const mostFiles = 20_000;

/**
 * The files of a job: those that are named, and what is in folders that are. Links are not followed. In the order of
 * their steps, else by their names, numbers in these as numbers.
 *
 * @throws ImportError
 */
export async function jobFiles(paths: readonly string[]): Promise<JobFile[]> {
  const files: JobFile[] = [];
  const isAlone = paths.length === 1;
  const common = commonFolder(paths);
  for (const path of [...paths].sort(byName)) {
    if (!(await stat(path)).isDirectory()) {
      const name = isAlone ? basename(path) : relative(common, path);
      files.push({
        path,
        name,
        facts: pathFacts(isAlone ? basename(path) : relative(dirname(common), path)),
        isChosen: true,
      });
      continue;
    }
    for (const below of await filesBelow(path)) {
      const name = relative(path, below);
      files.push({ path: below, name, facts: pathFacts(join(basename(path), name)), isChosen: false });
    }
  }
  if (files.length === 0) {
    throw new ImportError(
      'This folder holds no JSON Lines, JSON, CSV or Parquet (.jsonl, .json, .csv, .tsv, .parquet).',
    );
  }
  return [...withCheckpoints(files)].sort((a, b) => (a.facts.step ?? 0) - (b.facts.step ?? 0));
}

async function filesBelow(folder: string, level = 0): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  const names = new Set(entries.map(({ name }) => name));
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => byName(a.name, b.name))) {
    const path = join(folder, entry.name);
    if (entry.isFile() && tableNames.test(entry.name)) files.push(path);
    if (!entry.isDirectory() || level === mostLevels || entry.name === 'node_modules') continue;
    // prime-rl writes a part of the rollouts of `all` once more.
    if (entry.name === 'effective' && names.has('all')) continue;
    files.push(...(await filesBelow(path, level + 1)));
    if (files.length > mostFiles) throw new ImportError(`More than ${mostFiles} files are in this folder.`);
  }
  return files;
}

const collator = new Intl.Collator('en', { numeric: true });

function byName(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : 1);
}

function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => dirname(path).split(sep));
  const differs = first.findIndex((part, place) => others.some((other) => other[place] !== part));
  return (differs === -1 ? first : first.slice(0, differs)).join(sep) || sep;
}
