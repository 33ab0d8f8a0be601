// `npm run test:crash`: servers that are killed at any moment while four writers post, then followers and their servers
// while eight trainers write, in each way in which files come to be. It ends with one JSON object a kind and engine, and
// exits with 1 when anything is lost, doubled or out of order.
import { parseArgs } from 'node:util';
import { PostgresServer } from '../support/postgres.ts';
import type { TestServer } from '../support/server.ts';
import { crash } from './crash.ts';
import { engines, prepare } from './engines.ts';
import { followCrash, followKinds } from './followCrash.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    kills: { type: 'string', default: '60' },
    'follow-kills': { type: 'string', default: '50' },
    /** `writers` or one of `followKinds`; may be repeated. */
    kind: { type: 'string', multiple: true },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const [kills, followKills] = [Number(values.kills), Number(values['follow-kills'])];

interface Outcome {
  result: { lost: number; doubled: number };
  problems: string[];
}

/** By kind. */
const storms = new Map<string, (start: () => Promise<TestServer>) => Promise<Outcome>>([
  ['writers', (start) => crash({ seed, kills, start })],
  ...followKinds.map((kind) => {
    const storm = (start: () => Promise<TestServer>) => followCrash({ seed, kind, kills: followKills, start });
    return [kind, storm] as const;
  }),
]);
const unknown = values.kind?.find((kind) => !storms.has(kind));
if (unknown !== undefined)
  throw new Error(`--kind: expected one of ${[...storms.keys()].join(', ')}, got "${unknown}"`);

console.log(`seed ${seed}`);
const postgres = await PostgresServer.start({ durable: true });
const lines: string[] = [];
let failed = false;
for (const [kind, storm] of storms) {
  if (values.kind !== undefined && !values.kind.includes(kind)) continue;
  for (const engine of engines) {
    const { start, remove } = await prepare(engine, async () => postgres);
    const { result, problems } = await storm(start);
    remove();
    for (const problem of problems) console.log(`${kind}, ${engine}: ${problem}`);
    failed ||= problems.length > 0 || result.lost > 0 || result.doubled > 0;
    lines.push(JSON.stringify({ kind, engine, ...result }));
  }
}
await postgres.stop();
for (const line of lines) console.log(line);
process.exit(failed ? 1 : 0);
