/** Which texts are read word by word. Pure. */

/** Fewer words than these are a field, a name or a number: their characters can be taken in one by one. */
const fewestWords = 8;
/** Of what stands between spaces so much is words, at least. */
const wordShare = 0.7;
const word = /^[("'“‘«[*_]*\p{L}[\p{L}\p{M}'’-]*[.,;:!?)"'”’»…\]*_]*$/u;
/** One JSON value, whatever its texts say. */
const data = /^\s*(?:\{[\s\S]*\}|\[[\s\S]*\])\s*$/;

/**
 * Whether a text is sentences, and not a field, a number, code or data: it has eight words or more, and most of what
 * stands between its spaces is words. Scripts without spaces have none that it knows: of theirs a character says about as
 * much as a word.
 */
export function isProse(text: string): boolean {
  if (data.test(text)) return false;
  const pieces = text.split(/\s+/u).filter((piece) => piece !== '');
  if (pieces.length < fewestWords) return false;
  const words = pieces.filter((piece) => word.test(piece)).length;
  return words >= fewestWords && words >= wordShare * pieces.length;
}
