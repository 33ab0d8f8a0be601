// `npm run test:crash`: servers that are killed at any moment while four writers post. It ends with one JSON object an
// engine, and exits with 1 when anything is lost, doubled or out of order.
import { parseArgs } from 'node:util';
import { PostgresServer } from '../support/postgres.ts';
import { crash } from './crash.ts';
import { engines, prepare } from './engines.ts';

const { values } = parseArgs({ options: { seed: { type: 'string' }, kills: { type: 'string', default: '60' } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);
const postgres = await PostgresServer.start({ durable: true });
const lines: string[] = [];
let failed = false;
for (const engine of engines) {
  const { start, remove } = await prepare(engine, async () => postgres);
  const { result, problems } = await crash({ seed, kills: Number(values.kills), start });
  remove();
  for (const problem of problems) console.log(`${engine}: ${problem}`);
  failed ||= problems.length > 0 || result.lost > 0 || result.doubled > 0;
  lines.push(JSON.stringify({ engine, ...result }));
}
await postgres.stop();
for (const line of lines) console.log(line);
process.exit(failed ? 1 : 0);
