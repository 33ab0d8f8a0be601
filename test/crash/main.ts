// `npm run test:crash`: servers that are killed at any moment while four writers post. It ends with one JSON object an
// engine, and exits with 1 when anything is lost, doubled or out of order.
import { parseArgs } from 'node:util';
import { crash } from './crash.ts';
import { engines } from './engines.ts';

const { values } = parseArgs({ options: { seed: { type: 'string' }, kills: { type: 'string', default: '60' } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);
const lines: string[] = [];
let failed = false;
for (const { name, prepare } of engines) {
  const engine = await prepare();
  const { result, problems } = await crash({ seed, kills: Number(values.kills), start: engine.start });
  await engine.remove();
  for (const problem of problems) console.log(`${name}: ${problem}`);
  failed ||= problems.length > 0 || result.lost > 0 || result.doubled > 0;
  lines.push(JSON.stringify({ engine: name, ...result }));
}
for (const line of lines) console.log(line);
process.exit(failed ? 1 : 0);
