/** Keys and tokens as they could stray into a message: API keys, `Bearer` values, session tokens (JWT), URL passwords. */
const secrets: readonly [RegExp, string][] = [
  [/wak_[0-9A-Za-z]+/g, 'wak_…'],
  [/\b(Bearer)\s+[^\s,;"']+/gi, '$1 …'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, 'eyJ…'],
  [/(\w+:\/\/[^\s/:@]+:)[^\s/@]+@/g, '$1…@'],
];

/** Takes everything that looks like a key or token out of a text that a person will see. */
export function redact(text: string): string {
  return secrets.reduce((cleaned, [pattern, replacement]) => cleaned.replace(pattern, replacement), text);
}
