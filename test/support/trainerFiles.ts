/** Files as trainers write them. */
import { appendFileSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parquetOf } from './parquet.ts';
import type { Fields } from './serverClient.ts';

/** A fresh folder by its real path. */
export function freshFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'training-follow-')));
}

export function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

export const append = (path: string, content: string) => appendFileSync(path, content);

/** One answer as TRL's trainer logs it. */
export interface TrlRow {
  readonly prompt: string;
  readonly completion: string;
  /** By reward function; NaN where it gave None. */
  readonly rewards: Readonly<Record<string, number>>;
  readonly advantage: number;
}

/** Where TRL's GRPOTrainer writes a step with `log_completions`. */
export function trlPath(output: string, step: number): string {
  return join(output, 'completions', `completions_${String(step).padStart(5, '0')}.parquet`);
}

/** What it writes there. */
export function trlTable(step: number, rows: readonly TrlRow[]): Buffer {
  const names = Object.keys(rows[0]?.rewards ?? {});
  return parquetOf({
    step: rows.map(() => BigInt(step)),
    prompt: rows.map(({ prompt }) => prompt),
    completion: rows.map(({ completion }) => completion),
    ...Object.fromEntries(names.map((name) => [name, rows.map(({ rewards }) => rewards[name] ?? Number.NaN)])),
    advantage: rows.map(({ advantage }) => advantage),
  });
}

export function writeTrlStep(output: string, step: number, rows: readonly TrlRow[]): void {
  write(trlPath(output, step), trlTable(step, rows));
}

/** As Python's `json.dumps(row, ensure_ascii=False)`: NaN is a token. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${pythonJson(inner)}`);
  return `{${members.join(', ')}}`;
}

/** What verl writes at a step into one of its folders: all lines at once. */
export function writeVerlStep(folder: string, step: number, rows: readonly Fields[]): void {
  write(join(folder, `${step}.jsonl`), `${rows.map((row) => pythonJson({ ...row, step })).join('\n')}\n`);
}

/** What Hugging Face's Trainer writes with a checkpoint. */
export function writeTrainerState(path: string, state: Fields): void {
  write(path, `${pythonJson(state)}\n`);
}
