// `npm run test:fuzz`: ten thousand odd requests to a real server. Its last line is one JSON object; it exits with 1
// when anything was answered or stored that must not be. FUZZ_SEED replays a run, FUZZ_CASE one case of it.
import { startServer } from '../support/server.ts';
import { fuzz } from './fuzz.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const cases = Number(process.env['FUZZ_CASES'] ?? 10_000);
const only = process.env['FUZZ_CASE'];
console.log(`seed ${seed}`);
const server = await startServer();
const { problems, ...result } = await fuzz(server, seed, cases, only === undefined ? undefined : Number(only));
await server.stop();
for (const problem of problems) console.log(problem);
console.log(JSON.stringify({ seed, ...result, problems: problems.length }));
process.exitCode = problems.length > 0 ? 1 : 0;
