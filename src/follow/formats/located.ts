import type { Format, RowFile } from './format.ts';

/** A file that was whole is packed by Zstandard, and has this ending then. */
const packed = /\.zst$/;

export function isPacked(path: string): boolean {
  return packed.test(path);
}

/** The path of the file that it was before it was packed; of another one its own. */
export function plainPath(path: string): string {
  return path.replace(packed, '');
}

/** As `Format.locate`; a packed file of lines is what it was. */
export function locate(format: Format, path: string): RowFile | undefined {
  const file = format.locate(plainPath(path));
  return isPacked(path) && file?.reading !== 'lines' ? undefined : file;
}
