// `npm run test:fuzz`: ten thousand odd requests to a real server, on each engine. Its last lines are one JSON object
// per engine; it exits with 1 when anything was answered or stored that must not be. FUZZ_SEED replays a run, FUZZ_CASE
// one case of it.
import { PostgresServer } from '../support/postgres.ts';
import { startServer } from '../support/server.ts';
import { fuzz } from './fuzz.ts';
import { fuzzPartOneRows, fuzzServerRows } from './rowFuzz.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const cases = Number(process.env['FUZZ_CASES'] ?? 10_000);
const only = process.env['FUZZ_CASE'];
console.log(`seed ${seed}`);
/** Rows of one job; a round of them is replayed as a test with its own FUZZ_SEED. */
const rowsAtOnce = 500;
const postgres = await PostgresServer.start();
const results: string[] = [];
for (const [engine, url] of [
  ['sqlite', undefined],
  ['postgres', await postgres.createDatabase()],
] as const) {
  const server = await startServer({ env: { TRAINING_PREDICTIONS_DATABASE_URL: url } });
  const { problems: found, ...result } = await fuzz(server, seed, cases, only === undefined ? undefined : Number(only));
  const problems = [...found];
  if (only === undefined) {
    for (let round = 0; round < cases / rowsAtOnce / 2; round += 1) {
      for (const [way, run] of [
        ['rows of a part-1 server', () => fuzzPartOneRows(seed + round, rowsAtOnce)],
        ['rows of the local server', () => fuzzServerRows(server, seed + round, rowsAtOnce)],
      ] as const) {
        await run().catch((error: unknown) => problems.push(`${way}, seed ${seed + round}: ${String(error)}`));
      }
    }
  }
  await server.stop();
  for (const problem of problems) console.log(`${engine}, ${problem}`);
  results.push(JSON.stringify({ engine, seed, ...result, problems: problems.length }));
  if (problems.length > 0) process.exitCode = 1;
}
await postgres.stop();
for (const result of results) console.log(result);
