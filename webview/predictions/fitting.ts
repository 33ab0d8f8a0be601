/** How many rows have room on the screen, and how many lines of text each. Pure; all lengths in px. */

/** Texts of a row have no more lines than this. */
export const mostLines = 3;
/** Rows are made lower before fewer than so many are in sight. */
const fewestRows = 5;
/** A page is not smaller than this. */
const smallestPage = 3;
const largestPage = 100;
/** What a row has around its lines. */
const rowPadding = 12;
/** A row that is cut by so much of its height is one too many. */
const cutShare = 0.1;

/** Lines of text for each row where `rows` of them are to be in sight. */
export function linesFor(room: number, rows: number, lineHeight: number): number {
  const lines = Math.floor((room / Math.max(1, rows) - rowPadding) / lineHeight);
  return Math.min(mostLines, Math.max(1, lines));
}

/** The same where a page has as many rows as there is room for. */
export function linesToFit(room: number, lineHeight: number): number {
  return linesFor(room, fewestRows, lineHeight);
}

export interface Measured {
  /** For rows, at most. */
  readonly room: number;
  /** Of all rows on the page together. */
  readonly height: number;
  /** On the page. */
  readonly rows: number;
  readonly pageSize: number;
  /** More rows follow. */
  readonly hasMore: boolean;
  /** So many were found not to have room since the room last changed. */
  readonly tooMany: number;
}

/** How many rows a page is to have; `pageSize` where that is as it should be. */
export function rowsThatFit({ room, height, rows, pageSize, hasMore, tooMany }: Measured): number {
  if (rows === 0 || height <= 0 || room <= 0) return pageSize;
  const each = height / rows;
  const within = (wanted: number) => Math.min(largestPage, Math.max(smallestPage, wanted));
  // Room for more than there are is room for what is to come.
  if (height > room + each * cutShare) return within(Math.min(rows - 1, Math.floor(room / each)));
  if (rows < pageSize || !hasMore) return rows > pageSize ? within(rows) : pageSize;
  const more = Math.floor((room - height) / each);
  return within(Math.max(pageSize, Math.min(rows + more, tooMany - 1)));
}
