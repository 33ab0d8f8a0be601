import { endOfText } from '../../wire/depth.ts';

const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity/y;

/** What may stand at a place. */
type Expected = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end' | 'nothing';

/**
 * Where a text stops to be JSON (with Python's tokens for what is not finite), which V8 tells of some texts alone.
 *
 * @returns its length where it only ends too early; undefined where it is JSON
 */
export function jsonFault(text: string): number | undefined {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  const ended = (): Expected => (open.length === 0 ? 'nothing' : 'comma or end');
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (/[ \t\n\r]/.test(character)) continue;
    const isValue: boolean = expected === 'value' || expected === 'value or end';
    const isName: boolean = expected === 'name' || expected === 'name or end';
    if (character === '"' && (isValue || isName)) {
      const end = endOfText(text, at);
      if (end >= text.length) return text.length;
      const fault = faultInText(text.slice(at + 1, end));
      if (fault !== -1) return at + 1 + fault;
      at = end;
      expected = isName ? 'colon' : ended();
    } else if ((character === '{' || character === '[') && isValue) {
      open.push(character);
      expected = character === '{' ? 'name or end' : 'value or end';
    } else if (character === '}' || character === ']') {
      const isEnd = expected === 'comma or end' || expected.endsWith('or end');
      if (!isEnd || open.pop() !== (character === '}' ? '{' : '[')) return at;
      expected = ended();
    } else if (character === ',' && expected === 'comma or end') {
      expected = open.at(-1) === '{' ? 'name' : 'value';
    } else if (character === ':' && expected === 'colon') {
      expected = 'value';
    } else {
      scalar.lastIndex = at;
      const token = isValue ? scalar.exec(text)?.[0] : undefined;
      if (token === undefined) return at;
      if (/\w/.test(text[at + token.length] ?? '')) return at + token.length;
      at += token.length - 1;
      expected = ended();
    }
  }
  return expected === 'nothing' ? undefined : text.length;
}

/** Between its quotes: a control character, or an escape that there is not. */
function faultInText(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20) return at;
    if (code !== 0x5c) continue;
    if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(at + 1, at + 6))) return at;
    at += 1;
  }
  return -1;
}
