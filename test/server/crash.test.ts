import assert from 'node:assert/strict';
import { crash } from '../crash/crash.ts';
import { engines, prepare } from '../crash/engines.ts';
import { sharedPostgres } from '../support/sharedPostgres.ts';

const seed = 20261123;

describe('a server that is killed while four writers post', () => {
  for (const engine of engines) {
    it(`holds all that it answered, in order and once, in ${engine} (seed ${seed})`, async function () {
      this.timeout(120_000);
      const { start, remove } = await prepare(engine, sharedPostgres);
      const { result, problems } = await crash({ seed, kills: 8, start });
      remove();
      assert.deepEqual(problems, []);
      assert.deepEqual(result, { kills: 8, answered: result.answered, lost: 0, doubled: 0 });
      assert.ok(result.answered > 100, `${result.answered} were answered`);
    });
  }
});
