/** VS Code reads `$(name)` as an icon in many labels; a name that somebody else chose is text. */
export function withoutIcons(text: string): string {
  return text.replaceAll('$(', '\\$(');
}

/** VS Code reads `[text](target)` in a notification as a link, which could run a command; words of a server are text. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

/** The first characters of a text, and one more where they would end in the middle of a pair of surrogates. */
export function beginning(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
  const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
  const cut = isHigh(text.charCodeAt(characters - 1)) && isLow(text.charCodeAt(characters));
  return text.slice(0, cut ? characters + 1 : characters);
}
