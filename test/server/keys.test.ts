import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { runServer, startServer, type TestServer } from '../support/server.ts';
import {
  createJob,
  openStream,
  post,
  predictionsPath,
  request,
  sample,
  type TestJob,
} from '../support/serverClient.ts';
import { sharedPostgres } from '../support/sharedPostgres.ts';

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  describe(`keys of a team in ${engine}`, function () {
    this.timeout(60_000);
    let server: TestServer;
    let dataDir: string;
    let env: Record<string, string> = {};

    before(async () => {
      dataDir = mkdtempSync(join(tmpdir(), 'training-predictions-'));
      if (engine === 'PostgreSQL') {
        env = { TRAINING_PREDICTIONS_DATABASE_URL: await (await sharedPostgres()).createDatabase() };
      }
      server = await startServer({ dataDir, env, args: ['--heartbeat-seconds', '0.3', '--log-level', 'trace'] });
    });
    after(async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true });
    });

    const command = (...args: string[]) => runServer(['keys', ...args, '--data-dir', dataDir], { env });
    async function create(user: string, ...scopes: string[]): Promise<string> {
      const made = await command('create', '--user', user, ...scopes.flatMap((scope) => ['--scope', scope]));
      assert.equal(made.code, 0, made.stderr);
      assert.match(made.stdout, /^wak_[0-9A-Za-z]{28}\n$/);
      return made.stdout.trim();
    }
    const as = (apiKey: string) => ({ url: server.url, apiKey });
    const list = async (key: string) => (await request(as(key), '/api/training/local/jobs')).json['total'];

    it('open the jobs of their user, and no others', async () => {
      const [ann, bob] = [await create('ann', 'training'), await create('bob')];
      const anns: TestJob = await createJob(as(ann), { job_id: 'anns' });
      await createJob(as(bob), { job_id: 'bobs' });
      assert.equal((await post(as(ann), anns, [sample()])).status, 200);
      assert.deepEqual([await list(ann), await list(bob), await list(server.apiKey)], [1, 1, 0]);
      for (const stranger of [bob, server.apiKey]) {
        for (const path of ['', '/epochs', '/trends', '/stream']) {
          assert.equal((await request(as(stranger), predictionsPath('anns', path))).status, 404);
        }
        const taken = await request(as(stranger), '/api/training/local/jobs', {
          method: 'POST',
          body: JSON.stringify({ job_id: 'anns', status: 'failed' }),
          headers: { 'X-API-Key': stranger },
        });
        assert.equal(taken.status, 404);
      }
      for (const headers of [{ 'X-Workspace-API-Key': ann }, { Authorization: `Bearer ${ann}` }]) {
        assert.equal((await request(server, predictionsPath('anns'), { headers })).json['total_count'], 1);
      }
      // Another key of the same user opens the same.
      assert.equal((await request(as(await create('ann', 'all')), predictionsPath('anns'))).status, 200);
    });

    it('answer 403 without the scope for training, and 401 when they are wrong', async () => {
      const worker = await create('ann', 'worker', 'testing');
      const answer = await request(as(worker), '/api/training/jobs');
      assert.equal(answer.status, 403);
      assert.match(String(answer.json['error']), /testing, worker.*scope training/);
      assert.equal((await request(as(worker), predictionsPath('anns', '/stream'))).status, 403);
      const wrong = worker.slice(0, -1) + (worker.endsWith('x') ? 'y' : 'x');
      assert.equal((await request(as(wrong), '/api/training/jobs')).status, 401);
      assert.equal((await request(as(wrong), '/api/training/jobs')).status, 401);
    });

    it('are refused soon after they were revoked, on open streams too', async () => {
      const key = await create('carl');
      const job = await createJob(as(key), { job_id: 'carls' });
      const stream = await openStream(as(key), job.id);
      const revoked = await command('revoke', key.slice(0, 12));
      assert.equal(revoked.code, 0, revoked.stderr);
      await eventually('the key is refused', async () => {
        const { status } = await request(as(key), '/api/training/jobs');
        return status === 401 ? true : undefined;
      });
      await stream.ended;
      assert.equal((await command('revoke', key.slice(0, 12))).code, 1);
    });

    it('are listed without telling them', async () => {
      const key = await create('dora', 'all');
      const { stdout } = await command('list', '--user', 'dora');
      assert.match(stdout, new RegExp(`^${key.slice(0, 12)}\tdora\tall\t\\S+\tgood\n$`));
    });

    it('are kept nowhere but as scrypt hashes, and never logged', async () => {
      const key = await create('eve');
      assert.equal((await request(as(key), '/api/training/jobs')).status, 200);
      await request(as(key), `/${key}`);
      const secret = key.slice(12);
      assert.ok(!(server.output.stdout + server.output.stderr).includes(secret));
      if (engine === 'PostgreSQL') {
        const url = env['TRAINING_PREDICTIONS_DATABASE_URL'] ?? '';
        const rows = JSON.stringify(
          await (await sharedPostgres()).ask('SELECT * FROM training_predictions.api_keys', url),
        );
        assert.ok(rows.includes('scrypt$') && !rows.includes(secret));
        assert.ok(!(server.output.stdout + server.output.stderr).includes('secret-password'));
      } else {
        const files = readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name), 'latin1'));
        assert.ok(files.some((text) => text.includes('scrypt$')) && files.every((text) => !text.includes(secret)));
      }
    });

    it('are not made of arguments that do not fit', async () => {
      for (const args of [
        ['create'],
        ['create', '--user', 'a b'],
        ['create', '--user', 'a', '--scope', 'root'],
        ['revoke'],
        ['lists'],
        ['list', 'x'],
        [],
      ]) {
        const { code, stdout } = await command(...args);
        assert.deepEqual([code, stdout], [2, '']);
      }
    });
  });
}
