import assert from 'node:assert/strict';
import { crash } from '../crash/crash.ts';
import { engines } from '../crash/engines.ts';

const seed = 20261123;

describe('a server that is killed while four writers post', () => {
  for (const { name, prepare } of engines) {
    it(`holds all that it answered, in order and once, in ${name} (seed ${seed})`, async function () {
      this.timeout(120_000);
      const engine = await prepare();
      const { result, problems } = await crash({ seed, kills: 8, start: engine.start });
      await engine.remove();
      assert.deepEqual(problems, []);
      assert.deepEqual(result, { kills: 8, answered: result.answered, lost: 0, doubled: 0 });
      assert.ok(result.answered > 100, `${result.answered} were answered`);
    });
  }
});
