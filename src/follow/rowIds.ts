import { hash } from 'node:crypto';

/** What tells a row from all others of its job. */
export interface RowPlace {
  /** The hash of what stands before: `identityOf`. */
  readonly file: string;
  /** Rows that stand before it in the file. */
  readonly row: number;
  /** Which of the predictions that the row holds. */
  readonly part: number;
  /** The hash of the row's content. */
  readonly content: string;
}

/** Of a file's rows: their job, its path relative to the run's folder, and which writing of it this is. */
export function identityOf(jobId: string, path: string, revision: number): string {
  return hashOf(JSON.stringify(['training-predictions follow', jobId, path, 0, revision]));
}

/**
 * A UUID that says what is said of the row (version 8 of RFC 9562): to send it again is harmless. The rows of a file have
 * ids that begin alike and then count, so that what finds rows by their ids grows in one place and not all over.
 */
export function rowId({ file, row, part, content }: RowPlace): string {
  const digits = hash('sha1', `${file} ${row} ${part} ${content}`, 'hex');
  const count = ((row + part) % 0x10000000).toString(16).padStart(7, '0');
  const variant = ((Number.parseInt(digits.slice(0, 1), 16) & 0x3) | 0x8).toString(16);
  const beginning = Buffer.from(file, 'base64url').toString('hex', 0, 4);
  return `${beginning}-${count.slice(0, 4)}-8${count.slice(4)}-${variant}${digits.slice(1, 4)}-${digits.slice(4, 16)}`;
}

/** SHA-1 in base64url: among rows of one job nobody gains by two of them being alike. */
export function hashOf(text: string): string {
  return hash('sha1', text, 'base64url');
}
