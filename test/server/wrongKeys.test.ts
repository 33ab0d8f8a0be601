import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runServer, startServer, type TestServer } from '../support/server.ts';
import { type Answer, request } from '../support/serverClient.ts';
import { databaseEnvironment } from '../support/testDatabase.ts';

describe('wrong keys under the id of a right one', function () {
  this.timeout(120_000);
  let server: TestServer;
  let dataDir: string;
  let env: Record<string, string>;
  let [ann, bob, cleo] = ['', '', ''];

  before(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'training-predictions-'));
    env = await databaseEnvironment(dataDir);
    server = await startServer({ dataDir });
    const create = async (user: string) =>
      (await runServer(['keys', 'create', '--user', user, '--data-dir', dataDir], { env })).stdout.trim();
    [ann, bob, cleo] = [await create('ann'), await create('bob'), await create('cleo')];
    // Ann's was used before the attack, the others' were not.
    assert.equal((await list(ann)).status, 200);
  });
  after(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true });
  });

  const list = (key: string) => request(server, '/api/training/jobs', { headers: { 'X-API-Key': key } });
  /** The processor time that the server took, in s: each check of a key costs about 0.05. */
  const cpu = async () =>
    Number(/^process_cpu_seconds_total (.*)$/m.exec((await request(server, '/metrics')).text)?.[1]);
  const wrong = (key: string, index: number) => key.slice(0, 12) + `${index}`.padStart(20, 'x');

  it('are refused before they cost anything, and hold up nobody', async () => {
    const begin = await cpu();
    const start = performance.now();
    const storm = Promise.all(Array.from({ length: 300 }, (_, index) => list(wrong(ann, index))));
    const times: number[] = [];
    const timed = async (key: string): Promise<Answer> => {
      const asked = performance.now();
      const answer = await list(key);
      times.push(performance.now() - asked);
      return answer;
    };
    // A key that was used before, one that was not, and that of the very id.
    for (const key of [ann, bob, ann, bob, server.apiKey]) assert.equal((await timed(key)).status, 200);
    const answers = await storm;
    const taken = (await cpu()) - begin;
    const statuses = answers.map(({ status }) => status);
    const refused = answers.filter(({ status }) => status === 429);
    console.log(
      `      ${statuses.filter((status) => status === 401).length} answered 401, ${refused.length} 429; ` +
        `${taken.toFixed(2)} s of processor in ${((performance.now() - start) / 1000).toFixed(2)} s, ` +
        `others waited at most ${Math.max(...times).toFixed(0)} ms`,
    );
    assert.ok(statuses.every((status) => status === 401 || status === 429));
    assert.ok(refused.length >= 290, `${refused.length}`);
    for (const { headers } of refused) assert.match(headers.get('retry-after') ?? '', /^([1-9]|10)$/);
    // 300 checks take 15 s.
    assert.ok(taken < 3, `${taken} s`);
    assert.ok(Math.max(...times) < 5000, `${times}`);
  });

  it('leave a first try at another id, though one wrong key of it came before', async () => {
    assert.equal((await list(wrong(cleo, 0))).status, 401);
    assert.equal((await list(cleo)).status, 200);
  });
});
