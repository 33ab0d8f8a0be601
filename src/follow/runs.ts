import { hash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { exitCodes, FollowEndedError } from './exit.ts';
import { formOf, shapeOf } from './files/fileRows.ts';
import { isGone, openRunFile } from './files/runFile.ts';
import { folderOf, nameOfRun, realRunPath } from './files/runPath.ts';
import type { Format, RowFile } from './formats/format.ts';
import { formats, table, trainers } from './formats/formats.ts';
import { locate, plainPath } from './formats/located.ts';

/** What one training writes. */
export interface Run {
  readonly format: Format;
  /** The run's folder, or the one file that it is; a real path, but for the star of a `StepFolder`. */
  readonly path: string;
  /** The folder that paths of its files are relative to. */
  readonly base: string;
  /** What is looked at: this folder with all below it, or this one file. */
  readonly scope: string;
}

/** A file of a run. */
export interface FoundFile {
  readonly path: string;
  /** Relative to the run's base, with slashes; without what packing added. */
  readonly name: string;
  readonly file: RowFile;
}

/** Folders below the one that was named, and entries in all, that are looked at. */
const deepest = 8;
const mostEntries = 200_000;
/** Folders in which no trainer writes rows, and many files lie. */
const passedOver = /^(\..*|node_modules|__pycache__|site-packages|venv)$/;
/** Files of a run that are opened to find out whether it is one. */
const tried = 10;

/** @throws FollowEndedError for a name that is none */
export function formatNamed(name: string): Format {
  const format = formats.find((known) => known.name === name);
  if (format !== undefined) return format;
  const names = formats.map((known) => known.name).join(', ');
  throw new FollowEndedError(`--format: expected one of ${names}, got "${name}"`, exitCodes.usage);
}

/**
 * The runs at or below a path, by path. A file that is none of a trainer's may be a table; tables in a folder are looked
 * for only where their format is named, since data sets are tables too.
 *
 * @param format the only one that is looked for
 */
export async function findRuns(path: string, format: Format | undefined): Promise<Run[]> {
  const named = await realRunPath(path).catch(noneIfGone);
  if (named === undefined) return [];
  const scope = folderOf(named);
  const isFile = (await stat(scope)).isFile();
  const files = isFile ? [scope] : await filesBelow(scope);
  const looked = format === undefined ? trainers : [format];
  const found = (await Promise.all(looked.map((one) => runsOf(one, files, scope)))).flat();
  const runs = named === scope ? found : found.filter((run) => run.path === named);
  if (runs.length > 0 || !isFile || format !== undefined) return runs;
  return runsOf(table, files, scope);
}

/**
 * The files of a run that are there now, by step and name. One that was packed has the name that it had before, and is
 * passed over as long as that is there too.
 *
 * @param passed is told of links, which are not followed
 */
export async function filesOf(
  { format, path, base, scope }: Run,
  passed?: (link: string) => void,
): Promise<FoundFile[]> {
  const isFile = (await stat(scope).catch(noneIfGone))?.isFile();
  if (isFile === undefined) return [];
  const files = new Set(isFile ? [scope] : await filesBelow(scope, passed));
  const found = [...files].flatMap((one) => {
    const [file, plain] = [locate(format, one), plainPath(one)];
    if (file?.run !== path || (plain !== one && files.has(plain))) return [];
    return [{ path: one, name: nameOf(base, plain), file }];
  });
  return withSteps(found).sort((a, b) => (a.file.step ?? 0) - (b.file.step ?? 0) || (a.name < b.name ? -1 : 1));
}

/** Evaluations that have a time and no step are counted, from 1; those of one step and source are revisions. */
function withSteps(files: readonly FoundFile[]): FoundFile[] {
  const groupOf = ({ step, source }: RowFile): string => JSON.stringify(step === undefined ? null : [step, source]);
  const times = new Map<string, Set<string>>();
  for (const { file } of files) {
    if (file.evaluation === undefined) continue;
    const group = groupOf(file);
    times.set(group, (times.get(group) ?? new Set()).add(file.evaluation));
  }
  const sorted = new Map([...times].map(([group, found]) => [group, [...found].sort()]));
  return files.map((found) => {
    const { file } = found;
    if (file.evaluation === undefined) return found;
    const place = sorted.get(groupOf(file))?.indexOf(file.evaluation) ?? 0;
    return { ...found, file: { ...file, ...(file.step === undefined ? { step: place + 1 } : { revision: place }) } };
  });
}

/** The path of a file as it is told, and as it is in ids: the same on all systems. */
export function nameOf(base: string, path: string): string {
  return relative(base, path).split(sep).join('/');
}

/** The job that a run is followed as where nobody names one. */
export function jobIdOf({ path }: Run): string {
  const name = nameOfRun(path).replace(/(\.(jsonl|ndjson|json|csv|tsv|txt|parquet|gz))+$/i, '');
  const letters = name.replace(/[^\w.-]+/g, '-').slice(0, 100);
  return `${letters === '' ? 'run' : letters}-${hash('sha256', path, 'hex').slice(0, 6)}`;
}

async function runsOf(format: Format, files: readonly string[], scope: string): Promise<Run[]> {
  const byRun = new Map<string, { path: string; file: RowFile }[]>();
  for (const path of files) {
    const file = locate(format, path);
    if (file === undefined) continue;
    byRun.set(file.run, [...(byRun.get(file.run) ?? []), { path, file }]);
  }
  const runs: Run[] = [];
  for (const [path, found] of [...byRun].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!(await isKnown(format, found))) continue;
    const isOneFile = found[0]?.path === path;
    runs.push({ format, path, base: isOneFile ? dirname(path) : folderOf(path), scope });
  }
  return runs;
}

/** Whether what is in the files is what the format says; a file that is just being written says nothing yet. */
async function isKnown(format: Format, found: readonly { path: string; file: RowFile }[]): Promise<boolean> {
  let left = tried;
  for (const { path, file } of found) {
    const opened = await openRunFile(path);
    if (opened === undefined) continue;
    try {
      const form = await formOf(opened, file.reading);
      const shape = form === undefined ? undefined : await shapeOf(opened, form, format.readsColumns ? undefined : 1);
      if (shape === undefined) continue;
      if (format.knows(shape.columns)) return true;
    } finally {
      await opened.handle.close();
    }
    left -= 1;
    if (left === 0) break;
  }
  return false;
}

async function filesBelow(root: string, passed = (_link: string): void => {}): Promise<string[]> {
  const files: string[] = [];
  let folders = [root];
  for (let depth = 0; depth <= deepest && folders.length > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of folders) {
      const entries = await readdir(folder, { withFileTypes: true }).catch(noneIfGone);
      for (const entry of entries ?? []) {
        const path = join(folder, entry.name);
        if (entry.isSymbolicLink()) passed(path);
        else if (entry.isFile() && !isHidden(entry.name)) files.push(path);
        else if (entry.isDirectory() && !passedOver.test(entry.name)) next.push(path);
        if (files.length >= mostEntries) return files;
      }
    }
    folders = next;
  }
  return files;
}

/** As rsync calls a copy that is not whole yet. */
function isHidden(name: string): boolean {
  return name.startsWith('.');
}

function noneIfGone(error: unknown): undefined {
  if (!isGone(error)) throw error;
}
