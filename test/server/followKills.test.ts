import assert from 'node:assert/strict';
import { prepare } from '../crash/engines.ts';
import { type FollowKind, followCrash } from '../crash/followCrash.ts';
import { sharedPostgres } from '../support/sharedPostgres.ts';

const seed = 20261128;

const storms: { kind: FollowKind; kills: number; are: string }[] = [
  { kind: 'growing', kills: 6, are: 'grow' },
  { kind: 'rewritten', kills: 3, are: 'grow and are written anew' },
  { kind: 'copied', kills: 3, are: 'are copied by rsync' },
  { kind: 'polled', kills: 3, are: 'grow where the system tells nothing' },
];

describe('followers that are killed, and their server, while trainers write', () => {
  for (const { kind, kills, are } of storms) {
    it(`lose nothing and double nothing of files that ${are} (seed ${seed})`, async function () {
      this.timeout(180_000);
      const { start, remove } = await prepare('sqlite', sharedPostgres);
      const { result, problems } = await followCrash({ seed, kind, kills, start });
      remove();
      assert.deepEqual(problems, []);
      assert.deepEqual(result, { ...result, kills, lost: 0, doubled: 0 });
      assert.ok(result.written > 300, `${result.written} were written`);
      assert.equal(result.superseded > 0, kind !== 'growing', `${result.superseded} are superseded`);
    });
  }
});
