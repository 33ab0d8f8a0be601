// `npm run test:crash`: servers that are killed at any moment while four writers post, then followers and their servers
// while trainers write. It ends with one JSON object an engine and kind, and exits with 1 when anything is lost, doubled
// or out of order.
import { parseArgs } from 'node:util';
import { PostgresServer } from '../support/postgres.ts';
import { crash } from './crash.ts';
import { engines, prepare } from './engines.ts';
import { followCrash } from './followCrash.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    kills: { type: 'string', default: '60' },
    'follow-kills': { type: 'string', default: '50' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);
const postgres = await PostgresServer.start({ durable: true });
const lines: string[] = [];
let failed = false;
const storms = [
  { kind: 'writers', kills: Number(values.kills), storm: crash },
  { kind: 'followers', kills: Number(values['follow-kills']), storm: followCrash },
];
for (const { kind, kills, storm } of storms) {
  for (const engine of engines) {
    const { start, remove } = await prepare(engine, async () => postgres);
    const { result, problems } = await storm({ seed, kills, start });
    remove();
    for (const problem of problems) console.log(`${kind}, ${engine}: ${problem}`);
    failed ||= problems.length > 0 || result.lost > 0 || result.doubled > 0;
    lines.push(JSON.stringify({ kind, engine, ...result }));
  }
}
await postgres.stop();
for (const line of lines) console.log(line);
process.exit(failed ? 1 : 0);
