/**
 * Lists and dictionaries as Python's `str` writes them, which is what pandas puts into a cell of CSV that held a chat:
 * `[{'role': 'user', 'content': "it's"}]`. NumPy leaves the commas between elements out.
 *
 * @returns undefined for anything else
 */
export function pythonLiteral(text: string): unknown {
  const reader = new LiteralReader(text.trim());
  const value = reader.value(0);
  return value !== undefined && reader.isAtEnd ? value : undefined;
}

/** Deeper ones are not read. */
const mostLevels = 50;
const word = /None|True|False|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '0': '\0',
};

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** Undefined where there is none. */
  value(level: number): unknown {
    if (level > mostLevels) return undefined;
    const first = this.#next();
    if (first === '[' || first === '(') return this.#list(first === '[' ? ']' : ')', level);
    if (first === '{') return this.#dictionary(level);
    if (first === "'" || first === '"') return this.#string(first);
    word.lastIndex = this.#at;
    const found = word.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found === 'None' ? null : found === 'True' ? true : found === 'False' ? false : Number(found);
  }

  #next(): string | undefined {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    return this.#text[this.#at];
  }

  #list(end: string, level: number): unknown[] | undefined {
    this.#at += 1;
    const list: unknown[] = [];
    while (this.#next() !== end) {
      const value = this.value(level + 1);
      if (value === undefined) return undefined;
      list.push(value);
      if (this.#next() === ',') this.#at += 1;
    }
    this.#at += 1;
    return list;
  }

  #dictionary(level: number): Record<string, unknown> | undefined {
    this.#at += 1;
    const entries: [string, unknown][] = [];
    while (this.#next() !== '}') {
      const quote = this.#text[this.#at];
      const name = quote === "'" || quote === '"' ? this.#string(quote) : undefined;
      if (name === undefined || this.#next() !== ':') return undefined;
      this.#at += 1;
      const value = this.value(level + 1);
      if (value === undefined) return undefined;
      entries.push([name, value]);
      if (this.#next() === ',') this.#at += 1;
      else if (this.#next() !== '}') return undefined;
    }
    this.#at += 1;
    return Object.fromEntries(entries);
  }

  #string(quote: string): string | undefined {
    let text = '';
    for (let at = this.#at + 1; at < this.#text.length; at += 1) {
      const character = this.#text[at] ?? '';
      if (character === quote) {
        this.#at = at + 1;
        return text;
      }
      if (character !== '\\') {
        text += character;
        continue;
      }
      const coded = /^(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))/i.exec(this.#text.slice(at + 1, at + 10));
      const code = coded?.[1] ?? coded?.[2] ?? coded?.[3];
      if (coded !== null && code !== undefined && Number.parseInt(code, 16) <= 0x10ffff) {
        text += String.fromCodePoint(Number.parseInt(code, 16));
        at += coded[0].length;
        continue;
      }
      const escaped = this.#text[at + 1] ?? '';
      text += Object.hasOwn(escapes, escaped) ? escapes[escaped] : `\\${escaped}`;
      at += 1;
    }
    return undefined;
  }
}
