/** Escapes of escapes that are undone; nobody escapes an address so often by accident. */
const maxRounds = 8;

/**
 * Undoes percent-escapes of ASCII, again and again: `%2577` is `%77` is `w`. What is malformed stays as it is.
 *
 * @returns undefined where there are still some after several rounds
 */
export function asciiUnescaped(text: string): string | undefined {
  let open = text;
  for (let round = 0; round < maxRounds; round += 1) {
    if (!asciiEscape.test(open)) return open;
    open = open.replace(asciiEscapes, (found) => String.fromCharCode(Number.parseInt(found.slice(1), 16)));
  }
  return asciiEscape.test(open) ? undefined : open;
}

const asciiEscape = /%[0-7][\da-f]/i;
const asciiEscapes = /%[0-7][\da-f]/gi;
