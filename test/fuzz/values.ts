/** Values that have broken parsers, stores and people who trusted them. */
import type { Random } from '../support/random.ts';

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random.between(0, items.length - 1)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

export const texts = [
  '',
  ' ',
  '.',
  '..',
  '../..',
  '/',
  'a/b',
  '%',
  '%2F',
  '%00',
  '\0',
  'a\r\nb',
  'é',
  '日本語',
  '👩‍👩‍👧‍👦',
  '\ud800',
  '\udc00a',
  '\u2028',
  '\ufeff',
  "' OR 1=1 --",
  '"; DROP TABLE jobs; --',
  '$1',
  '?',
  '#',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '0',
  '-1',
  'x'.repeat(1024),
  'x'.repeat(5000),
  '🙂'.repeat(1024),
];

export const numberTexts = [
  '0',
  '-0',
  '1',
  '-1',
  '1.5',
  '1e3',
  '1e309',
  '9007199254740991',
  '9007199254740992',
  '9223372036854775807',
  '9223372036854775808',
  '99999999999999999999999999',
  '0x10',
  '01',
  '+1',
  '1_000',
  'NaN',
  'Infinity',
  '',
  ' 1',
];

/** JSON texts, some of them none. */
export const jsonTexts = [
  ...numberTexts,
  ...texts.map((text) => JSON.stringify(text)),
  'null',
  'true',
  'false',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '{"a":{"b":[1]}}',
  '{"__proto__":{"admin":true}}',
  '"\\ud800"',
  '"\\u0000"',
  '"unended',
  `${'['.repeat(2000)}${']'.repeat(2000)}`,
  '{"a":1,"a":2}',
];

/** Any bytes. */
export function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.between(0, 255)));
}

/** `bytes` with a few of them cut out, doubled, replaced or added. */
export function mutated(random: Random, bytes: Buffer): Buffer {
  let result = bytes;
  for (let times = random.between(1, 4); times > 0; times -= 1) {
    const from = random.between(0, result.length);
    const to = Math.min(result.length, from + random.between(0, 8));
    const [before, middle, after] = [result.subarray(0, from), result.subarray(from, to), result.subarray(to)];
    const between = pick(random, [Buffer.alloc(0), Buffer.concat([middle, middle]), randomBytes(random, 3)]);
    result = Buffer.concat([before, between, after]);
  }
  return result;
}
