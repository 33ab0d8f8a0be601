/** JSON with everything that a text says: members in their order, also those of one name, and numbers digit by digit. Pure. */

export type JsonNode = JsonPlace &
  (
    | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
    | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
    /** As it is written. */
    | { readonly kind: 'scalar'; readonly text: string }
  );

/** Where it stands in its text: from its first character to before the other. */
export interface JsonPlace {
  readonly from: number;
  readonly to: number;
}

export interface JsonMember {
  readonly key: string;
  /** Which one it is among those of this name, from 1. */
  readonly turn: number;
  readonly node: JsonNode;
}

/** Longer texts are not taken apart, in characters. */
const longest = 200_000;
/** Deeper values are not either. */
const deepest = 64;

/** Whether a text is an object or an array, and not too long: much quicker than to take it apart. */
export function isJson(text: string): boolean {
  if (text.length > longest || !/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    // What is no JSON is read as the text that it is.
    return false;
  }
}

/** An object or an array; null where a text is none, or is too long or too deep. */
export function jsonTree(text: string): JsonNode | null {
  return isJson(text) ? new Reader(text).read(deepest) : null;
}

/** Reads a text that is JSON. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @param levels that it may have */
  read(levels: number): JsonNode | null {
    const sign = this.#next();
    if (sign === '{') return this.#object(levels - 1);
    if (sign === '[') return this.#array(levels - 1);
    const from = this.#at;
    if (sign === '"') this.#skipString();
    else while (/[^\s,\]}]/.test(this.#text.charAt(this.#at))) this.#at += 1;
    return { kind: 'scalar', from, to: this.#at, text: this.#text.slice(from, this.#at) };
  }

  #object(levels: number): JsonNode | null {
    const from = this.#at;
    const members: JsonMember[] = [];
    const turns = new Map<string, number>();
    this.#at += 1;
    while (levels >= 0 && this.#next() !== '}') {
      if (this.#next() === ',') this.#at += 1;
      this.#next();
      const start = this.#at;
      this.#skipString();
      const key = JSON.parse(this.#text.slice(start, this.#at)) as string;
      this.#next();
      this.#at += 1;
      const node = this.read(levels);
      if (node === null) return null;
      const turn = (turns.get(key) ?? 0) + 1;
      turns.set(key, turn);
      members.push({ key, turn, node });
    }
    this.#at += 1;
    return levels < 0 ? null : { kind: 'object', from, to: this.#at, members };
  }

  #array(levels: number): JsonNode | null {
    const from = this.#at;
    const items: JsonNode[] = [];
    this.#at += 1;
    while (levels >= 0 && this.#next() !== ']') {
      if (this.#next() === ',') this.#at += 1;
      const node = this.read(levels);
      if (node === null) return null;
      items.push(node);
    }
    this.#at += 1;
    return levels < 0 ? null : { kind: 'array', from, to: this.#at, items };
  }

  /** The next sign that is no space. */
  #next(): string {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at += 1;
    return this.#text.charAt(this.#at);
  }

  #skipString(): void {
    this.#at += 1;
    while (this.#text.charAt(this.#at) !== '"') this.#at += this.#text.charAt(this.#at) === '\\' ? 2 : 1;
    this.#at += 1;
  }
}

/** On one line, without spaces between its parts. */
export function compactJson(node: JsonNode): string {
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'array') return `[${node.items.map(compactJson).join(',')}]`;
  return `{${node.members.map(({ key, node: value }) => `${JSON.stringify(key)}:${compactJson(value)}`).join(',')}}`;
}

/** The same text for the same data: order of keys, spaces, escapes and ways of writing a number do not count. */
export function dataOf(node: JsonNode): string {
  if (node.kind === 'array') return `[${node.items.map(dataOf).join(',')}]`;
  if (node.kind === 'object') {
    const members = node.members.map(({ key, turn, node: value }) => `${JSON.stringify(key)}${turn}:${dataOf(value)}`);
    return `{${members.sort().join(',')}}`;
  }
  const { text } = node;
  if (text.startsWith('"')) return JSON.stringify(JSON.parse(text));
  return /^[-\d]/.test(text) ? plainNumber(text) : text;
}

/** Digits that count and the power of ten: exact, however long a number is. */
function plainNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const counting = digits.replace(/0+$/, '');
  if (counting === '') return '0';
  return `${sign}${counting}e${BigInt(power) - BigInt(fraction.length) + BigInt(digits.length - counting.length)}`;
}
