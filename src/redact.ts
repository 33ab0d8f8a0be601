import { asciiUnescaped } from './wire/percentEscapes.ts';

/** Keys and tokens as they could stray into a message: API keys, `Bearer` values, session tokens (JWT), URL passwords. */
const secrets: readonly [RegExp, string][] = [
  [/wak_[0-9A-Za-z]+/g, 'wak_…'],
  [/\b(Bearer)\s+[^\s,;"']+/gi, '$1 …'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, 'eyJ…'],
  [/(\w+:\/\/[^\s/:@]+:)[^\s/@]+@/g, '$1…@'],
];

/** A word of an address or text that holds percent-escapes. */
const escapedWord = /[^\s"'<>]*%[0-7][\da-f][^\s"'<>]*/gi;

/** Takes everything that looks like a key or token, escaped or not, out of a text that a person will see. */
export function redact(text: string): string {
  return clean(
    text.replace(escapedWord, (word) => {
      const open = asciiUnescaped(word);
      if (open === undefined) return '…';
      const cleaned = clean(open);
      return cleaned === open ? word : cleaned;
    }),
  );
}

/** The same for a line of a log: what would begin another line, or move the cursor, stands as its escape. */
export function logLine(text: string): string {
  const asEscape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return redact(text).replaceAll('\n', '\\n').replace(controls, asEscape);
}

const controls = /[\p{Cc}\u2028\u2029]/gu;

function clean(text: string): string {
  return secrets.reduce((cleaned, [pattern, replacement]) => cleaned.replace(pattern, replacement), text);
}
