/** What cells show of texts that are longer than they, where rows that differ would look alike. Pure. */
import { beginning } from '../beginnings.ts';

/** Of what a cell shows, so much is the beginning of a text whose end is shown too. */
const headShare = 0.35;
/** So much is shown of what stands before a difference. */
const context = 8;

/**
 * Where texts begin to differ from others that look like them: the first difference within the texts that have the same
 * first `shown` characters. Texts that no other one looks like have none.
 *
 * @param shown how many characters of a text a cell shows
 */
export function differencesBehind(texts: Iterable<string>, shown: number): Map<string, number> {
  const alike = new Map<string, Set<string>>();
  for (const text of texts) {
    if (text.length <= shown) continue;
    const start = text.slice(0, shown);
    const group = alike.get(start);
    if (group === undefined) alike.set(start, new Set([text]));
    else group.add(text);
  }
  const found = new Map<string, number>();
  for (const group of alike.values()) {
    if (group.size < 2) continue;
    const [first = '', ...others] = group;
    const place = Math.min(...others.map((other) => commonLength(first, other)));
    for (const text of group) found.set(text, place);
  }
  return found;
}

/** What a cell leaves out of a text: from the first of these characters to before the other. */
export type LeftOut = readonly [from: number, to: number];

/**
 * What is left out so that the beginning of a text is seen, and what stands around a place behind it, `shown` characters
 * in all, about; null where nothing need be.
 */
export function leftOut(text: string, place: number, shown: number): LeftOut | null {
  const { length: from } = beginning(text, Math.floor(shown * headShare));
  const room = Math.max(1, shown - from - 2);
  const to = Math.min(place - context, text.length - room);
  return to <= from ? null : [from, isLow(text, to) ? to + 1 : to];
}

function commonLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}

/** The second half of a pair of surrogates stands there. */
function isLow(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}
