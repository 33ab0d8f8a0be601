import { chunkCharacters } from '../predictionPages.ts';

/**
 * The rows of `page`, which has a `content`, up to the one with which their texts fill a chunk. The sizes of long texts are
 * known without reading them, so a chunk is bounded before its rows are sent.
 */
export function boundedChunk(columns: string, page: string, order: string): string {
  return `SELECT ${columns} FROM (
    SELECT *, sum(octet_length(content)) OVER (ORDER BY ${order}) - octet_length(content) AS bytes_before
    FROM (${page}) page
  ) sized WHERE bytes_before < ${chunkCharacters} ORDER BY ${order}`;
}
