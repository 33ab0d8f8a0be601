import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServer } from '../../src/localServer/discovery.ts';
import { ServerStartError, startServer as startLocalServer } from '../../src/localServer/serverProcess.ts';
import { runServer, serverEntry, startServer, type TestServer } from '../support/server.ts';
import { createJob, post, readPredictions, sample } from '../support/serverClient.ts';

const isRoot = process.getuid?.() === 0;
/** Of nobody that these tests run as. */
const other = 65_534;

if (process.platform !== 'win32') {
  describe('a data directory', function () {
    this.timeout(120_000);
    let home: string;
    let dataDir: string;
    let server: TestServer | undefined;

    beforeEach(() => {
      home = mkdtempSync(join(tmpdir(), 'training-predictions-'));
      dataDir = join(home, 'data');
    });
    afterEach(async () => {
      await server?.kill('SIGKILL');
      server = undefined;
      rmSync(home, { recursive: true });
    });

    const start = async (directory = dataDir) => {
      server = await startServer({ dataDir: directory });
      return server;
    };
    const mode = (path: string) => statSync(path).mode & 0o777;
    const inside = (name: string) => join(dataDir, name);

    /** A job with one prediction, left by a server that was killed. @returns its id */
    async function fill(): Promise<string> {
      const filled = await start();
      const job = await createJob(filled);
      assert.equal((await post(filled, job, [sample()])).status, 200);
      await filled.kill('SIGKILL');
      writeFileSync(inside('server.log'), 'said before\n', { mode: 0o600 });
      return job.id;
    }

    async function assertRefused(reason: RegExp, directory = dataDir): Promise<void> {
      const commands = [
        ['--data-dir', directory, '--port', '0'],
        ['keys', 'list', '--data-dir', directory],
      ];
      for (const command of commands) {
        const { code, stdout, stderr } = await runServer(command);
        assert.deepEqual([code, stdout], [1, ''], stderr);
        assert.match(stderr, /^The data directory .* is not safe\. /);
        assert.match(stderr, reason);
      }
      const signal = new AbortController().signal;
      const local = startLocalServer({ program: serverEntry, dataDirectory: directory, port: 0, signal });
      await assert.rejects(local, (error) => error instanceof ServerStartError && reason.test(error.message));
    }

    for (const lost of [0o755, 0o750, 0o777]) {
      it(`whose modes were lost (${lost.toString(8)}) is its user's alone again once a server runs, its files too`, async () => {
        const id = await fill();
        const files = readdirSync(dataDir).filter((name) => name !== 'outbox');
        for (const name of [
          'predictions.db',
          'predictions.db-wal',
          'api-key',
          'token-secret',
          'server.json',
          'server.log',
        ]) {
          assert.ok(files.includes(name), name);
        }
        for (const name of files) chmodSync(inside(name), 0o666);
        chmodSync(dataDir, lost);
        const again = await start();
        assert.equal(mode(dataDir), 0o700);
        for (const name of readdirSync(dataDir)) assert.equal(mode(inside(name)), 0o600, name);
        assert.equal((await readPredictions(again, id)).length, 1);
      });
    }

    it('whose modes were lost is made safe by the keys command and by VS Code before they write to it', async () => {
      await fill();
      chmodSync(dataDir, 0o755);
      chmodSync(inside('predictions.db'), 0o644);
      assert.equal((await runServer(['keys', 'list', '--data-dir', dataDir])).code, 0);
      assert.deepEqual([mode(dataDir), mode(inside('predictions.db'))], [0o700, 0o600]);
      chmodSync(dataDir, 0o755);
      chmodSync(inside('server.log'), 0o644);
      writeFileSync(inside('predictions.db'), 'no database');
      const signal = new AbortController().signal;
      await assert.rejects(startLocalServer({ program: serverEntry, dataDirectory: dataDir, port: 0, signal }));
      assert.deepEqual([mode(dataDir), mode(inside('server.log'))], [0o700, 0o600]);
    });

    for (const name of ['predictions.db', 'predictions.db-wal', 'api-key', 'server.json', 'owner.lock', 'server.log']) {
      it(`with a symbolic link in the place of ${name} is refused, and what it leads to is left alone`, async () => {
        await fill();
        const elsewhere = join(home, 'elsewhere');
        renameSync(inside(name), elsewhere);
        const before = readFileSync(elsewhere);
        chmodSync(elsewhere, 0o644);
        symlinkSync(elsewhere, inside(name));
        await assertRefused(new RegExp(`${name} is a symbolic link: put the file itself there, or remove the link`));
        assert.deepEqual(readFileSync(elsewhere), before);
        assert.equal(mode(elsewhere), 0o644);
      });
    }

    it('of another user is refused', async () => {
      if (isRoot) {
        await fill();
        chownSync(dataDir, other, other);
      }
      const advice =
        /belongs to another user \(\d+; this is \d+\): run as that user, give it to this one \(chown\), or use/;
      await assertRefused(advice, isRoot ? dataDir : '/usr');
    });

    if (isRoot) {
      it('with a file of another user is refused, which others could put there while they had the right to', async () => {
        await fill();
        chmodSync(dataDir, 0o777);
        for (const name of ['api-key', 'predictions.db', 'token-secret']) {
          chownSync(inside(name), other, other);
          await assertRefused(new RegExp(`${name} belongs to another user \\(${other}; this is 0\\)`));
          chownSync(inside(name), 0, 0);
        }
        await start();
      });

      it('behind a symbolic link of another user is refused', async () => {
        await fill();
        const link = join(home, 'link');
        symlinkSync(dataDir, link);
        lchownSync(link, other, other);
        await assertRefused(/link belongs to another user/, link);
      });
    }

    it("behind a symbolic link of the user's own, to a larger disk say, is used", async () => {
      mkdirSync(join(home, 'large'), { mode: 0o755 });
      symlinkSync(join(home, 'large'), dataDir);
      await start();
      assert.equal(mode(join(home, 'large')), 0o700);
    });

    it('that everybody may replace is refused; a parent like /tmp, where each has what is theirs, is well', async () => {
      chmodSync(home, 0o777);
      await assertRefused(/Everybody may replace .*data, since .* can be written by all: chmod o-w /);
      chmodSync(home, 0o1777);
      await start();
      await server?.stop();
      chmodSync(home, 0o755);
      mkdirSync(join(home, 'open'));
      chmodSync(join(home, 'open'), 0o777);
      renameSync(dataDir, join(home, 'open', 'real'));
      symlinkSync(join(home, 'open', 'real'), dataDir);
      await assertRefused(/Everybody may replace .*data, since .*open can be written by all/);
    });

    it('tells of a server by a file that nobody else may have written, or not at all', async () => {
      const { apiKey } = await start();
      const file = inside('server.json');
      const found = async () => (await findServer(dataDir))?.endpoint.key;
      assert.equal(await found(), apiKey);
      chmodSync(file, 0o666);
      assert.equal(await found(), undefined);
      chmodSync(file, 0o600);
      chmodSync(dataDir, 0o777);
      assert.equal(await found(), undefined);
      chmodSync(dataDir, 0o700);
      renameSync(file, join(home, 'elsewhere'));
      symlinkSync(join(home, 'elsewhere'), file);
      assert.equal(await found(), undefined);
      rmSync(file);
      renameSync(join(home, 'elsewhere'), file);
      if (isRoot) {
        chownSync(file, other, other);
        assert.equal(await found(), undefined);
        chownSync(file, 0, 0);
      }
      assert.equal(await found(), apiKey);
      assert.ok(existsSync(file));
    });
  });
}
