import { endOfText, parseJson } from './depth.ts';

/** Tokens that Python's `json` writes for numbers that JSON has not. */
const tokens = ['NaN', 'Infinity', '-Infinity'];

/** More steps of a way are not kept: to a row in a list of a body, to its `scores`, to one of them. */
const keptSteps = 4;

/** The way to a value: places in lists, names of members. */
export type Way = readonly (string | number)[];

interface Token {
  readonly at: number;
  readonly text: string;
  /** Its first steps; names as they stand between quotes. */
  readonly way: Way;
}

/** JSON that came. */
export interface ReadJson {
  /** With null in place of each value that was not finite. */
  readonly text: string;
  readonly value: unknown;
  /** Ways to these values, as far as they are kept. */
  readonly notFinite: readonly Way[];
}

/**
 * As `parseJson`, but `NaN`, `Infinity` and `-Infinity` where a value may stand are null.
 *
 * @throws SyntaxError whose position is that of `text`; SchemaError
 */
export function readJson(text: string, steps: number): ReadJson {
  try {
    return { text, value: parseJson(text, steps), notFinite: [] };
  } catch (error) {
    const found = error instanceof SyntaxError ? tokensIn(text) : [];
    if (found.length === 0) throw error;
    refuseOtherFaults(text, found);
    const plain = replaced(text, found, () => 'null');
    return { text: plain, value: JSON.parse(plain), notFinite: found.map(({ way }) => way.map(nameOf)) };
  }
}

/** As `JSON.stringify`, but NaN is Python's token and not null: a server counts what was not finite. */
export function writeJson(value: unknown): string {
  const mark = crypto.randomUUID();
  const text = JSON.stringify(value, (_, inner: unknown) => (Number.isNaN(inner) ? mark : inner));
  return text.replaceAll(`"${mark}"`, 'NaN');
}

/** Puts NaN where null stands for what was not finite. Below the ways that are kept it stays null. */
export function putNaN(value: unknown, { notFinite }: Pick<ReadJson, 'notFinite'>): void {
  for (const way of notFinite) {
    const last = way.at(-1);
    const inner = way.slice(0, -1).reduce<unknown>((outer, step) => memberOf(outer, step), value);
    if (last !== undefined && isContainer(inner) && Object.hasOwn(inner, last) && inner[last] === null) {
      inner[last] = Number.NaN;
    }
  }
}

function memberOf(outer: unknown, step: string | number): unknown {
  return isContainer(outer) ? outer[step] : undefined;
}

function isContainer(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}

/** @throws SyntaxError that tells of the text as it was sent */
function refuseOtherFaults(text: string, found: readonly Token[]): void {
  // Of the same length, so that what is wrong is told where it is.
  const standIn = replaced(text, found, (token) => '0'.padEnd(token.length));
  try {
    JSON.parse(standIn);
  } catch (error) {
    const { message } = error as Error;
    const quoted = /"([\s\S]*)"(?:\.\.\.)? is not valid JSON$/.exec(message)?.[1] ?? '';
    const at = standIn.indexOf(quoted);
    throw new SyntaxError(
      message.replace(quoted, () => text.slice(at, at + quoted.length)),
      { cause: error },
    );
  }
}

function nameOf(step: string | number): string | number {
  return typeof step === 'number' ? step : String(JSON.parse(`"${step}"`));
}

function replaced(text: string, found: readonly Token[], replacement: (token: string) => string): string {
  let [whole, copied] = ['', 0];
  for (const token of found) {
    whole += text.slice(copied, token.at) + replacement(token.text);
    copied = token.at + token.text.length;
  }
  return whole + text.slice(copied);
}

/** Reads a text as JSON, right or wrong, and finds the tokens where a value may begin. */
function tokensIn(text: string): Token[] {
  const found: Token[] = [];
  const way: (string | number)[] = [];
  let name = '';
  let mayBegin = true;
  for (let at = 0; at < text.length; at += 1) {
    const last = way.length - 1;
    const step = way[last];
    switch (text[at]) {
      case ' ':
      case '\t':
      case '\n':
      case '\r':
        continue;
      case '"': {
        const end = endOfText(text, at);
        if (last < keptSteps) name = text.slice(at + 1, end);
        at = end;
        mayBegin = false;
        continue;
      }
      case '{':
        way.push('');
        mayBegin = false;
        continue;
      case '[':
        way.push(0);
        mayBegin = true;
        continue;
      case '}':
      case ']':
        way.pop();
        mayBegin = false;
        continue;
      case ':':
        if (typeof step === 'string') way[last] = name;
        mayBegin = true;
        continue;
      case ',':
        if (typeof step === 'number') way[last] = step + 1;
        mayBegin = typeof step === 'number';
        continue;
      default: {
        const token = mayBegin ? tokens.find((known) => text.startsWith(known, at)) : undefined;
        mayBegin = false;
        if (token === undefined) continue;
        found.push({ at, text: token, way: way.slice(0, keptSteps) });
        at += token.length - 1;
      }
    }
  }
  return found;
}
