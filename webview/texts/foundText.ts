/** Where a text holds what is searched for. Pure. */

/** From the first of its characters to before the last. */
export type Hit = readonly [from: number, to: number];

/** A cell has no room for more. */
const mostHits = 50;

/** @param pattern as `searchPattern` makes it, global @param most of them, at most */
export function hitsIn(text: string, pattern: RegExp, most = mostHits): Hit[] {
  const hits: Hit[] = [];
  for (const { index, 0: found } of text.matchAll(pattern)) {
    if (hits.length >= most || found === '') break;
    hits.push([index, index + found.length]);
  }
  return hits;
}

/** A stretch of a text, as pieces that are hits, or parts of them, and pieces that are not. */
export function piecesOf(
  text: string,
  [from, to]: Hit,
  hits: readonly Hit[],
): { readonly text: string; readonly isHit: boolean }[] {
  const pieces: { text: string; isHit: boolean }[] = [];
  const add = (start: number, end: number, isHit: boolean): void => {
    if (start < end) pieces.push({ text: text.slice(start, end), isHit });
  };
  let done = from;
  for (const [start, end] of hits) {
    const [first, last] = [Math.max(start, from), Math.min(end, to)];
    if (first >= last) continue;
    add(done, first, false);
    add(first, last, true);
    done = last;
  }
  add(done, to, false);
  return pieces;
}
