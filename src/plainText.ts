/**
 * What cannot be seen, or changes how the text around it is read: controls, line ends, bidirectional controls, zero-width
 * characters, fillers, tags, variation selectors.
 */
const invisible = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/u;

/** Letters and marks of scripts in which joiners decide how a word is written (Unicode Standard Annex 31, 2.3). */
const joined =
  '[' +
  '\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Devanagari}\\p{Script=Bengali}' +
  '\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}' +
  '\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Khmer}\\p{Script=Myanmar}' +
  ']';

/** Where such characters are part of what one sees: inside of words, emoji, flags of regions and variants of ideographs. */
const legitimate = [
  `(?<=${joined})[\\u200c\\u200d](?=${joined})`,
  '(?<=\\p{Extended_Pictographic}[\\p{Emoji_Modifier}\\ufe0f]?)\\u200d(?=\\p{Extended_Pictographic})',
  '(?<=\\p{Extended_Pictographic})[\\ufe0e\\ufe0f]|(?<=[0-9#*])\\ufe0f(?=\\u20e3)',
  '(?<=\\p{Script=Han})[\\u{e0100}-\\u{e01ef}]|(?<=\\p{Script=Mongolian})[\\u180b-\\u180d\\u180f]',
  `\\u{1f3f4}(?:${['gbeng', 'gbsct', 'gbwls'].map(tagged).join('|')})\\u{e007f}`,
].join('|');

const shown = new RegExp(`(${legitimate})|${invisible.source}`, 'gu');

/** A name that somebody else chose, as a person can read all of it: `⟨U+202E⟩` stands for what could not be seen. */
export function plainName(name: string): string {
  if (!invisible.test(name)) return name;
  return name.replace(shown, (found: string, kept: string | undefined) => kept ?? `⟨U+${codeOf(found)}⟩`);
}

/** Words of somebody else in one line, with all that is in them to be seen. */
export function plainLine(text: string): string {
  return plainName(text.replaceAll(/[\t-\r \u0085\u2028\u2029]+/g, ' ').trim());
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

/** Letters as the tags that name a region after a black flag. */
function tagged(letters: string): string {
  return [...letters].map((letter) => `\\u{e00${letter.charCodeAt(0).toString(16)}}`).join('');
}

/** VS Code reads `$(name)` as an icon in many labels; a name that somebody else chose is text. */
export function withoutIcons(text: string): string {
  return text.replaceAll('$(', '\\$(');
}

/** VS Code reads `[text](target)` in a notification as a link, which could run a command; words of a server are text. */
function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

/** Finds a text wherever it stands, whatever its case: what is searched and what is marked are one. @param flags beside `iu` */
export function searchPattern(search: string, flags = ''): RegExp {
  return new RegExp(search.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), `iu${flags}`);
}

/** The first characters of a text, and one more where they would end in the middle of a pair of surrogates. */
export function beginning(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
  const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
  const cut = isHigh(text.charCodeAt(characters - 1)) && isLow(text.charCodeAt(characters));
  return text.slice(0, cut ? characters + 1 : characters);
}

/** Words of somebody else as a notification shows them: in one line, without links, with nothing that cannot be seen. */
export function plainMessage(text: string): string {
  return withoutLinks(plainLine(text));
}
