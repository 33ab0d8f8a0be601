/** Rows with values, names and depths that have broken readers: as JSON texts, the same ones for the same seed. */
import { nested } from '../support/nested.ts';
import type { Random } from '../support/random.ts';
import { pick, texts } from './values.ts';

/** A row as it is written. */
export interface OddRow {
  readonly text: string;
  readonly epoch: number;
  readonly sample: number;
}

const names = [
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'toJSON', 'length', '0', '-1', ''],
  ...['x'.repeat(10_000), '\ud800', 'a\udc00', 'a\0b', '\u202eabc', '\u200f', 'a.b', 'a b', ' a', 'a,"b', 'é', '日本'],
  ...['=1+1', 'original_id', 'rawJSON', 'Prompt', 'EPOCH', 'meta'],
];
/** Fields of the contract, with whatever value. */
const known = [
  ...['id', 'job_id', 'user_id', 'created_at', 'seq', 'ground_truth', 'prompt_id', 'source_index', 'latency_ms'],
  ...['prompt_tokens', 'do_sample', 'validation_pass', 'validation_kind', 'validation_errors', 'exact_match'],
  ...['char_error_rate', 'length_ratio', 'word_overlap', 'score_skipped', 'epoch', 'step', 'prompt', 'prediction'],
];
const numbers = [
  ...['0', '-0', '-0.0', '1', '-1', '1.0', '1e3', '1E+3', '0.1', '0.30000000000000004441', '0.30000000000000004'],
  ...['1e308', '1e400', '-1e400', '5e-324', '1e-400', '9007199254740992', '9007199254740993', '-9007199254740993'],
  ...['12345678901234567890', '123456789012345680000', '18446744073709551615', '1.00000000000000000001', '1e22'],
  '1'.repeat(400),
];
const depths = [1, 2, 3, 50, 98, 99, 100, 101, 150, 5000];

const roles = ['system', 'user', 'assistant', 'assistant', 'tool', 'developer'];

/** A list of messages, some of which have a field of another shape than messages have. */
function oddChat(random: Random, value: () => string): string {
  const odd = (right: string): string => (random.chance(0.05) ? value() : right);
  const text = (): string => odd(JSON.stringify(pick(random, texts)));
  const object = (members: Record<string, string>): string =>
    `{${Object.entries(members)
      .map(([name, of]) => `${JSON.stringify(name)}:${of}`)
      .join(',')}}`;
  const list = (most: number, item: () => string): string =>
    `[${Array.from({ length: random.between(0, most) }, item).join(',')}]`;
  const part = (): string =>
    random.chance(0.6)
      ? object({ type: odd('"text"'), text: text() })
      : object({ type: odd('"image_url"'), image_url: random.chance(0.5) ? text() : object({ url: text() }) });
  const call = (): string => {
    const of = object({ name: text(), arguments: random.chance(0.5) ? text() : value() });
    return random.chance(0.7) ? object({ id: text(), function: of }) : of;
  };
  const message = (): string =>
    object({
      role: odd(JSON.stringify(pick(random, roles))),
      content: random.chance(0.3) ? odd('null') : random.chance(0.5) ? list(3, part) : text(),
      ...(random.chance(0.3) ? { tool_calls: odd(list(2, call)) } : {}),
      ...(random.chance(0.2) ? { name: text() } : {}),
      ...(random.chance(0.2) ? { tool_call_id: text() } : {}),
      ...(random.chance(0.2) ? { reasoning_content: text() } : {}),
    });
  return list(5, message);
}

export function oddRow(random: Random, index: number): OddRow {
  const value = (): string => {
    const chance = random.next();
    if (chance < 0.4) return pick(random, numbers);
    if (chance < 0.7) return JSON.stringify(pick(random, texts));
    if (chance < 0.85)
      return pick(random, ['null', 'true', 'false', '[]', '{}', '[null,{"a":[1,"b"]}]', '{"a":1,"a":2}']);
    const depth = random.chance(0.7) ? random.between(1, 99) : pick(random, depths);
    return nested(depth, random.chance(0.5) ? 'lists' : 'mixed');
  };
  const epoch = random.between(0, 3);
  const sample = random.between(0, 5);
  const members: [name: string, value: string][] = [
    ['epoch', `${epoch}`],
    ['step', `${epoch * 10}`],
    ['sample_index', `${sample}`],
    ['prompt', JSON.stringify(`${pick(random, texts)}${index}`)],
    ['prediction', JSON.stringify(pick(random, texts))],
  ];
  if (random.chance(0.5)) members.push(['ground_truth', JSON.stringify(pick(random, texts))]);
  for (let count = random.between(0, 3); count > 0; count -= 1) members.push([pick(random, names), value()]);
  if (random.chance(0.3)) members.push([pick(random, known), random.chance(0.5) ? 'null' : value()]);
  for (const name of ['messages', 'answer']) {
    if (random.chance(0.2)) members.push([name, oddChat(random, value)]);
  }
  if (random.chance(0.1)) members.push(['reasoning_content', JSON.stringify(pick(random, texts))]);
  const written = random.chance(0.3) ? random.shuffled(members) : members;
  const space = random.chance(0.2) ? ' ' : '';
  return {
    text: `{${written.map(([name, text]) => `${JSON.stringify(name)}:${space}${text}`).join(`,${space}`)}}`,
    epoch,
    sample,
  };
}
