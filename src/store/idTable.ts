import { Column, uint8 } from './column.ts';

const words = 4;
/** Tables that grow each by itself, a power of two: doubling one never takes long. */
const tables = 64;
const smallestTable = 16;
const isText = 1;

/**
 * The ids of rows, and which row has an id. A UUID in its usual form takes 16 bytes (as a string in a `Map`, more than
 * 100); any other id is kept as it is.
 */
export class IdTable {
  readonly #words = new Column((length) => new Uint32Array(length));
  readonly #kinds = uint8();
  readonly #texts = new Map<number, string>();
  /**
   * Open addressing, two numbers a slot: the row plus 1, or 0 where it is free, and the id's hash. Without the hash each
   * row that is passed on the way would have to be looked at, which among a million is in no cache.
   */
  readonly #tables: Int32Array[] = Array.from({ length: tables }, () => new Int32Array(2 * smallestTable));
  readonly #used = new Int32Array(tables);
  /** The words of the id that is asked for. */
  readonly #asked = new Uint32Array(words);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The row of an id; undefined where there is none. */
  find(id: string): number | undefined {
    const isUuid = readUuid(id, this.#asked);
    if (!isUuid) hashText(id, this.#asked);
    const hash = this.#hashOfAsked();
    const table = this.#tableOf(hash);
    for (let at = firstSlot(table, hash); ; at = nextSlot(table, at)) {
      const row = (table[at] ?? 0) - 1;
      if (row === -1) return undefined;
      if (table[at + 1] !== hash || !this.#isAsked(row)) continue;
      if (isUuid ? this.#kinds.get(row) !== isText : this.#texts.get(row) === id) return row;
    }
  }

  /** Gives the next row its id, which no row has yet. Where it throws, there is no such row. @returns the row */
  add(id: string): number {
    const row = this.#size;
    const isUuid = readUuid(id, this.#asked);
    if (!isUuid) hashText(id, this.#asked);
    for (let word = 0; word < words; word += 1) this.#words.set(row * words + word, this.#asked[word] ?? 0);
    const hash = this.#hashOfAsked();
    const index = hash & (tables - 1);
    const used = (this.#used[index] ?? 0) + 1;
    if (used * 4 > this.#tableOf(hash).length) this.#double(index);
    this.#kinds.set(row, isUuid ? 0 : isText);
    if (!isUuid) this.#texts.set(row, id);
    // From here on nothing can fail.
    this.#used[index] = used;
    occupy(this.#tableOf(hash), hash, row);
    this.#size += 1;
    return row;
  }

  /** Takes the last row back. */
  removeLast(): void {
    const row = this.#size - 1;
    for (let word = 0; word < words; word += 1) this.#asked[word] = this.#word(row, word);
    const hash = this.#hashOfAsked();
    const index = hash & (tables - 1);
    this.#used[index] = (this.#used[index] ?? 0) - 1;
    // No other row was put behind it, so none is looked for beyond its slot.
    vacate(this.#tableOf(hash), hash, row);
    this.#texts.delete(row);
    this.#size = row;
  }

  /** The id of a row. */
  get(row: number): string {
    if (this.#kinds.get(row) === isText) return this.#texts.get(row) ?? '';
    let hex = '';
    for (let word = 0; word < words; word += 1) hex += this.#word(row, word).toString(16).padStart(8, '0');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** The order of the ids' texts. */
  compare(a: number, b: number): number {
    if (this.#kinds.get(a) === isText || this.#kinds.get(b) === isText) {
      const [left, right] = [this.get(a), this.get(b)];
      return left === right ? 0 : left < right ? -1 : 1;
    }
    for (let word = 0; word < words; word += 1) {
      const difference = this.#word(a, word) - this.#word(b, word);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #word(row: number, word: number): number {
    return this.#words.get(row * words + word);
  }

  #isAsked(row: number): boolean {
    for (let word = 0; word < words; word += 1) if (this.#word(row, word) !== this.#asked[word]) return false;
    return true;
  }

  #hashOfAsked(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#asked;
    return hashOf(a, b, c, d);
  }

  #tableOf(hash: number): Int32Array {
    const table = this.#tables[hash & (tables - 1)];
    if (table === undefined) throw new RangeError('no such table');
    return table;
  }

  #double(index: number): void {
    const old = this.#tables[index] ?? new Int32Array();
    const table = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      const entry = old[at] ?? 0;
      if (entry !== 0) occupy(table, old[at + 1] ?? 0, entry - 1);
    }
    this.#tables[index] = table;
  }
}

function occupy(table: Int32Array, hash: number, row: number): void {
  let at = firstSlot(table, hash);
  while (table[at] !== 0) at = nextSlot(table, at);
  table[at] = row + 1;
  table[at + 1] = hash;
}

function vacate(table: Int32Array, hash: number, row: number): void {
  let at = firstSlot(table, hash);
  while (table[at] !== row + 1) at = nextSlot(table, at);
  table[at] = 0;
}

/** Where the slots for a hash begin. */
function firstSlot(table: Int32Array, hash: number): number {
  return ((hash >>> 6) * 2) & (table.length - 2);
}

function nextSlot(table: Int32Array, at: number): number {
  return (at + 2) & (table.length - 2);
}

/** Murmur3's mixing, a signed 32-bit integer: the ids of one server may differ in a few bits only. */
function hashOf(a: number, b: number, c: number, d: number): number {
  let hash = 0;
  for (const word of [a, b, c, d]) {
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash;
}

/** Words that stand in for an id that is no UUID; different ids may share them. */
function hashText(id: string, into: Uint32Array): void {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  into.fill(0);
  into[0] = hash >>> 0;
}

const dash = 45;

/** Reads a UUID in lower case. @returns whether the id is one */
function readUuid(id: string, into: Uint32Array): boolean {
  if (id.length !== 36) return false;
  let digits = 0;
  let word = 0;
  for (let index = 0; index < 36; index += 1) {
    const code = id.charCodeAt(index);
    if (index === 8 || index === 13 || index === 18 || index === 23) {
      if (code !== dash) return false;
      continue;
    }
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : -1;
    if (digit === -1) return false;
    word = (word << 4) | digit;
    digits += 1;
    if (digits % 8 === 0) {
      into[digits / 8 - 1] = word >>> 0;
      word = 0;
    }
  }
  return true;
}
