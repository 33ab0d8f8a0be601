import { chunkCharacters } from '../predictionPages.ts';
import { type SqlRow, textOf } from '../storedRows.ts';

/** Rows of a query up to the one with which their `content` fills a chunk; the query is closed then. */
export function chunkOf(rows: Iterable<SqlRow>): SqlRow[] {
  const chunk: SqlRow[] = [];
  let characters = 0;
  for (const row of rows) {
    chunk.push(row);
    characters += textOf(row, 'content').length;
    if (characters >= chunkCharacters) break;
  }
  return chunk;
}
