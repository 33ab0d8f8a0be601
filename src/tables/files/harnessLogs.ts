import { basename, dirname, join } from 'node:path';

/** A file of lm-evaluation-harness, as its name tells it. */
export interface HarnessLog {
  readonly task: string;
  /** In letters that sort by it. */
  readonly time: string;
}

/** A folder of one step, beside those of others. */
export interface StepFolder {
  readonly step: number;
  /** The path with a star for the step, which all of them have. */
  readonly all: string;
}

const harnessLog = /^samples_(.+)_(\d{4}-\d\d-\d\dT[\d.:-]*\d)(?:\.(?:gz|jsonl|ndjson|json|csv|tsv|parquet))+$/i;

/** `samples_{task}_2026-08-01T10-20-30.123456.jsonl`; undefined for another name. */
export function harnessLogOf(path: string): HarnessLog | undefined {
  const [, task, time] = harnessLog.exec(basename(path)) ?? [];
  return task === undefined || time === undefined ? undefined : { task, time };
}

/** Ends the path that a run with a folder for each step has: `StepFolder.all`. */
export const allSteps = /checkpoint-\*$/;

/** A folder whose name ends in `checkpoint-500`; undefined for another one. */
export function stepFolderOf(folder: string): StepFolder | undefined {
  const [, name, step] = /^(.*checkpoint-)(\d+)$/.exec(basename(folder)) ?? [];
  return name === undefined ? undefined : { step: Number(step), all: join(dirname(folder), `${name}*`) };
}
