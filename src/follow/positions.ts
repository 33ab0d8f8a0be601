import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import * as Type from 'typebox';
import { makeOwnDirectory } from '../ownFiles.ts';
import { schema } from '../wire/schema.ts';
import { openAlone } from './openAlone.ts';

const filePositionType = Type.Object({
  /** The path that is in its rows' ids: the file's first one, relative to the run's folder. */
  identity: Type.String(),
  /** How often it was written anew. */
  revision: Type.Integer({ minimum: 0 }),
  /** Rows of this revision that the server has. */
  rows: Type.Integer({ minimum: 0 }),
  /** Of lines: where the next one begins, in bytes, and how many stand before. */
  offset: Type.Integer({ minimum: 0 }),
  line: Type.Integer({ minimum: 0 }),
  /** A hash over the contents of these rows. */
  chain: Type.String(),
  /** The same once the batches are stored that were being sent, if any were: the server may have them already. */
  sending: Type.Union([Type.Object({ rows: Type.Integer({ minimum: 0 }), chain: Type.String() }), Type.Null()]),
  beginning: Type.Object({ length: Type.Integer({ minimum: 0 }), hash: Type.String() }),
  /** Size in bytes and time in ms since 1970 when it was last read to its end. */
  size: Type.Number(),
  modified: Type.Number(),
  /** Of a table: the columns by which its rows were understood first. */
  columns: Type.Optional(Type.Array(Type.String())),
});
const filePosition = schema(filePositionType);
/** How far a file was sent. */
export type FilePosition = Type.Static<typeof filePositionType>;

const tables = `
  CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, position TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS samples (
    source TEXT NOT NULL, prompt TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (source, prompt)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS logged (entry TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS pending (batch TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS judged (config TEXT NOT NULL);
`;

/**
 * What a follower remembers of one job: how far each file was sent, and the numbers that it gave to samples. Whatever a
 * request tells is written before it is sent, so that a follower that is killed tells the same again.
 *
 * SQLite keeps it, since a lock that the system lets go of with the process keeps a second follower out.
 */
export class Positions {
  readonly #database: DatabaseSync;
  readonly #statements: Record<'file' | 'files' | 'setFile' | 'removeFile' | 'sample' | 'addSample', StatementSync>;
  /** By source: the next number. */
  readonly #next = new Map<string, number>();
  #isOpen = false;

  /**
   * @param dataDirectory that of the server, which is this user's alone
   * @throws FollowedAlreadyError, ForeignDirectoryError
   */
  constructor(dataDirectory: string, name: string) {
    makeOwnDirectory(dataDirectory);
    const folder = join(dataDirectory, 'follow');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#database = openAlone(join(folder, `${name}.db`), tables);
    const prepare = (sql: string) => this.#database.prepare(sql);
    this.#statements = {
      file: prepare('SELECT position FROM files WHERE path = ?'),
      files: prepare('SELECT path, position FROM files'),
      setFile: prepare('INSERT OR REPLACE INTO files VALUES (?, ?)'),
      removeFile: prepare('DELETE FROM files WHERE path = ?'),
      sample: prepare('SELECT number FROM samples WHERE source = ? AND prompt = ?'),
      addSample: prepare('INSERT INTO samples VALUES (?, ?, ?)'),
    };
  }

  file(path: string): FilePosition | undefined {
    const row = this.#statements.file.get(path);
    return row === undefined ? undefined : positionOf(row);
  }

  /** By path. */
  files(): Map<string, FilePosition> {
    const rows = this.#statements.files.all().map((row) => [String(row['path']), positionOf(row)] as const);
    return new Map(rows.filter((row): row is [string, FilePosition] => row[1] !== undefined));
  }

  setFile(path: string, position: FilePosition): void {
    this.#begin();
    this.#statements.setFile.run(path, JSON.stringify(position));
  }

  rename(from: string, to: string): void {
    const position = this.file(from);
    if (position === undefined) return;
    this.setFile(to, position);
    this.#statements.removeFile.run(from);
  }

  /** The number of a sample: prompts of a source are numbered as they come. @param prompt its hash */
  sample(source: string, prompt: string): number {
    const known = this.#statements.sample.get(source, prompt);
    if (known !== undefined) return Number(known['number']);
    const next = this.#next.get(source) ?? this.#count(source);
    this.#next.set(source, next + 1);
    this.#begin();
    this.#statements.addSample.run(source, prompt, next);
    return next;
  }

  /** Whether a metric was sent, or is pending. @param entry its hash */
  isLogged(entry: string): boolean {
    return this.#database.prepare('SELECT 1 FROM logged WHERE entry = ?').get(entry) !== undefined;
  }

  /** A batch that is about to be sent; it is pending until `setSent`. */
  setPending(batch: string, entries: readonly string[]): void {
    this.#begin();
    this.#database.prepare('INSERT INTO pending VALUES (?)').run(batch);
    const add = this.#database.prepare('INSERT OR IGNORE INTO logged VALUES (?)');
    for (const entry of entries) add.run(entry);
    this.commit();
  }

  pending(): string | undefined {
    const row = this.#database.prepare('SELECT batch FROM pending').get();
    return row === undefined ? undefined : String(row['batch']);
  }

  setSent(): void {
    this.#begin();
    this.#database.exec('DELETE FROM pending');
    this.commit();
  }

  /** What the job was told of its scores; undefined before. */
  get judged(): string | undefined {
    const row = this.#database.prepare('SELECT config FROM judged').get();
    return row === undefined ? undefined : String(row['config']);
  }

  setJudged(config: string): void {
    this.#begin();
    this.#database.exec('DELETE FROM judged');
    this.#database.prepare('INSERT INTO judged VALUES (?)').run(config);
  }

  /**
   * The server has nothing of the job: all is to be sent again, under the numbers that samples have. A first batch that was
   * under way may still be stored: what its file is now is held against it.
   */
  forget(): void {
    const underWay = [...this.files()].filter(([, { rows, sending }]) => rows === 0 && sending !== null);
    this.#begin();
    this.#database.exec('DELETE FROM files; DELETE FROM logged; DELETE FROM pending; DELETE FROM judged');
    for (const [path, position] of underWay) this.setFile(path, position);
    this.commit();
  }

  /** Whether anything was sent. */
  get isEmpty(): boolean {
    return this.#database.prepare('SELECT 1 FROM files').get() === undefined;
  }

  /** All that was told outlives this process. */
  commit(): void {
    if (this.#isOpen) this.#database.exec('COMMIT');
    this.#isOpen = false;
  }

  close(): void {
    this.commit();
    this.#database.close();
  }

  #begin(): void {
    if (!this.#isOpen) this.#database.exec('BEGIN');
    this.#isOpen = true;
  }

  #count(source: string): number {
    return Number(this.#database.prepare('SELECT count(*) AS n FROM samples WHERE source = ?').get(source)?.['n']);
  }
}

/** Undefined for what another version wrote: the file is read again then, and its rows are known. */
function positionOf(row: Record<string, unknown>): FilePosition | undefined {
  const position: unknown = JSON.parse(String(row['position']));
  return filePosition.check(position) ? position : undefined;
}
