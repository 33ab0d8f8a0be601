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
 * A UUID that says what is said of the row (RFC 9562, 5.5, with a text in place of a namespace's bytes): to send it again
 * is harmless.
 */
export function rowId({ file, row, part, content }: RowPlace): string {
  const digits = hash('sha1', `${file} ${row} ${part} ${content}`, 'hex');
  const variant = ((Number.parseInt(digits.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-5${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

/** SHA-1 in base64url: among rows of one job nobody gains by two of them being alike. */
export function hashOf(text: string): string {
  return hash('sha1', text, 'base64url');
}
