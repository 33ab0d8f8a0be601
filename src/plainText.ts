/** VS Code reads `$(name)` as an icon in many labels; a name that somebody else chose is text. */
export function withoutIcons(text: string): string {
  return text.replaceAll('$(', '\\$(');
}

/** VS Code reads `[text](target)` in a notification as a link, which could run a command; words of a server are text. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}
