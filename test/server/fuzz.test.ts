import assert from 'node:assert/strict';
import { fuzz } from '../fuzz/fuzz.ts';
import { startServer } from '../support/server.ts';
import { sharedPostgres } from '../support/sharedPostgres.ts';

describe('odd requests', () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const cases = Number(process.env['FUZZ_CASES'] ?? 1000);

  for (const [engine, databaseUrl] of [
    ['SQLite', async () => undefined],
    ['PostgreSQL', async () => (await sharedPostgres()).createDatabase()],
  ] as const) {
    it(`are answered with 2xx or 4xx over ${engine}, and what is refused is not stored (FUZZ_SEED=${seed})`, async function () {
      this.timeout(120_000);
      const server = await startServer({ env: { TRAINING_PREDICTIONS_DATABASE_URL: await databaseUrl() } });
      const { problems, statuses } = await fuzz(server, seed, cases);
      await server.stop();
      assert.deepEqual(problems, []);
      // The cases are worth something only when some are in order and others are not.
      for (const status of [200, 400, 401, 404]) assert.ok((statuses[status] ?? 0) > cases / 100, `${status}`);
    });
  }
});
