import assert from 'node:assert/strict';
import { prepare } from '../crash/engines.ts';
import { followCrash } from '../crash/followCrash.ts';
import { sharedPostgres } from '../support/sharedPostgres.ts';

const seed = 20261128;

describe('followers that are killed, and their server, while trainers write', () => {
  it(`lose nothing and double nothing (seed ${seed})`, async function () {
    this.timeout(180_000);
    const { start, remove } = await prepare('sqlite', sharedPostgres);
    const { result, problems } = await followCrash({ seed, kills: 6, start });
    remove();
    assert.deepEqual(problems, []);
    assert.deepEqual(result, { kills: 6, written: result.written, lost: 0, doubled: 0 });
    assert.ok(result.written > 300, `${result.written} were written`);
  });
});
