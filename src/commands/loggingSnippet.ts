/** What of an example script goes into another: all but its own trial run, which would run there too. */
export function pastable(script: string): string {
  const [definitions = script] = script.split(/^if __name__ == /m);
  return `${definitions.trimEnd()}\n`;
}
