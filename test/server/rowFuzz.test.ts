import assert from 'node:assert/strict';
import { fuzzPartOneRows, fuzzServerRows } from '../fuzz/rowFuzz.ts';
import { startServer } from '../support/server.ts';

describe('odd rows', () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const rows = 200;

  it(`of a part-1 server are shown, exported and imported, or counted (FUZZ_SEED=${seed})`, async function () {
    this.timeout(120_000);
    const { held, unreadable } = await fuzzPartOneRows(seed, rows);
    assert.ok(held > rows / 2 && unreadable > 0, `${held} held, ${unreadable} unreadable`);
  });

  it(`that the local server takes are shown, exported and imported (FUZZ_SEED=${seed})`, async function () {
    this.timeout(120_000);
    const server = await startServer();
    try {
      const { held } = await fuzzServerRows(server, seed, rows);
      assert.ok(held > rows / 2 && held < rows, `${held} held`);
    } finally {
      await server.stop();
    }
  });
});
