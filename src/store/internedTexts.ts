/** Texts that repeat, each held once under a number. Takes in no more when it is full: the others are none of its. */
export class InternedTexts {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #most: number;
  /** Characters that it may still take. */
  #room: number;

  /**
   * @param most texts that it takes
   * @param room characters that it takes
   */
  constructor(most: number, room: number) {
    this.#most = most;
    this.#room = room;
  }

  /** How many texts it has, numbered from 0. */
  get size(): number {
    return this.#texts.length;
  }

  /** The number of a text, which is taken in where there is room; undefined when it is not held. */
  intern(text: string): number | undefined {
    const known = this.#numbers.get(text);
    if (known !== undefined || this.#texts.length >= this.#most || text.length > this.#room) return known;
    const number = this.#texts.length;
    this.#texts.push(text);
    this.#numbers.set(text, number);
    this.#room -= text.length;
    return number;
  }

  get(number: number): string {
    const text = this.#texts[number];
    if (text === undefined) throw new RangeError(`no text ${number}`);
    return text;
  }
}
