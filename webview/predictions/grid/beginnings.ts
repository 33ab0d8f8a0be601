import type { DifferencePart } from '../../../src/panel/protocol/texts.ts';

/** The first characters of a text; a pair of surrogates is not cut in two. */
export function beginning(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const last = text.charCodeAt(characters - 1);
  const high = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, high ? characters - 1 : characters);
}

/** The first pieces of a difference, of about as many characters in all. */
export function beginningOf(parts: readonly DifferencePart[], characters: number): DifferencePart[] {
  const first: DifferencePart[] = [];
  let left = characters;
  for (const { kind, text } of parts) {
    if (left <= 0) break;
    first.push({ kind, text: beginning(text, left) });
    left -= text.length;
  }
  return first;
}
