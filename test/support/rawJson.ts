/**
 * JSON texts that stand for what `JSON.stringify` cannot write: a thousand levels, a number beyond a double, a name that
 * comes twice. A row holds a stand-in, and the texts come into their places when it is written.
 */
export class RawJson {
  readonly #texts: string[] = [];

  /** A value that is written as this text. */
  value(text: string): string {
    this.#texts.push(text);
    return `⟦${this.#texts.length - 1}⟧`;
  }

  /** Fields that are written as these members, such as `"a":1,"a":2`. */
  members(text: string): Record<string, unknown> {
    return { [this.value(text)]: 0 };
  }

  /** The JSON with all texts in their places. */
  written(json: string): string {
    return json.replace(/"⟦(\d+)⟧"(?::0)?/g, (_, number: string) => this.#texts[Number(number)] ?? '');
  }
}
