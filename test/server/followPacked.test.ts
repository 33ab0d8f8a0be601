import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, zstdCompressSync } from 'node:zlib';
import { eventually } from '../support/eventually.ts';
import {
  append,
  followOnce,
  freshFolder,
  readAll,
  rowsOnceThere,
  startFollower,
  type TestFollower,
  write,
} from '../support/follow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { line, reply, rollout, trace } from '../support/trainerRows.ts';

/** Of a stream, which has so many a step. */
function lineOf(n: number): string {
  return line(rollout(`r${n}`, 'train', Math.floor(n / 4), [trace(`q${n % 4}`, `answer ${n}`, n % 2)]));
}

function linesOf(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => lineOf(from + index)).join('');
}

const answers = (count: number): string[] => Array.from({ length: count }, (_, n) => reply(`answer ${n}`));

describe('following a stream whose full chunks are packed', () => {
  let server: TestServer;
  let folder: string;
  let stream: string;
  const followers: TestFollower[] = [];

  before(async () => {
    server = await startServer();
  });

  beforeEach(() => {
    folder = freshFolder();
    stream = join(folder, 'run', 'monitors', 'file', 'traces', 'stream');
  });

  afterEach(async () => {
    for (const follower of followers.splice(0)) await follower.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  after(async () => {
    await server?.stop();
  });

  const run = () => join(folder, 'run');
  const chunk = (n: number) => join(stream, `${String(n).padStart(5, '0')}.jsonl`);

  /** As a trainer does: the packed chunk is there as a whole before the plain one goes. */
  function pack(n: number, level?: number): void {
    const packed = zstdCompressSync(
      readFileSync(chunk(n)),
      level === undefined ? {} : { params: { [constants.ZSTD_c_compressionLevel]: level } },
    );
    write(join(folder, 'packing'), packed);
    renameSync(join(folder, 'packing'), `${chunk(n)}.zst`);
    rmSync(chunk(n));
  }

  async function follow(): Promise<{ code: number | null; words: string; answers: unknown[] }> {
    const { code, lines, words } = await followOnce([run(), '--once'], server.dataDir);
    const jobId = String(lines[0]?.['job_id']);
    return { code, words, answers: (await readAll(server, jobId)).map((row) => row['prediction']) };
  }

  it('takes chunks that were packed before anybody followed it, of whatever frames', async () => {
    // One frame, several with one to be skipped, and a frame a line.
    write(`${chunk(0)}.zst`, zstdCompressSync(Buffer.from(linesOf(0, 1000))));
    const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const halves = [linesOf(1000, 1400).slice(0, 5000), linesOf(1000, 1400).slice(5000)];
    write(
      `${chunk(1)}.zst`,
      Buffer.concat([skipped, ...halves.flatMap((half) => [zstdCompressSync(Buffer.from(half)), skipped])]),
    );
    write(
      `${chunk(2)}.zst`,
      Buffer.concat(Array.from({ length: 100 }, (_, n) => zstdCompressSync(Buffer.from(lineOf(1400 + n))))),
    );
    write(chunk(3), linesOf(1500, 1510));
    const { code, words, answers: told } = await follow();
    assert.deepEqual([code, told], [0, answers(1510)], words);
  });

  it('is recognised, and found in order, when all its chunks are packed', async () => {
    for (const n of [0, 1]) {
      write(chunk(n), linesOf(20 * n, 20 * (n + 1)));
      pack(n, 19);
    }
    const { code, answers: told } = await follow();
    assert.deepEqual([code, told], [0, answers(40)]);
  });

  it('goes on in a chunk that was packed while nobody followed it', async () => {
    write(chunk(0), linesOf(0, 7));
    const first = await follow();
    append(chunk(0), linesOf(7, 30));
    pack(0);
    write(chunk(1), linesOf(30, 33));
    const second = await follow();
    assert.deepEqual([first.answers, second.answers], [answers(7), answers(33)]);
    assert.equal((await follow()).answers.length, 33);
  });

  it('doubles and loses nothing of a chunk that is packed while it is followed', async () => {
    write(chunk(0), linesOf(0, 5));
    const follower = startFollower([run()], server.dataDir);
    followers.push(follower);
    const jobId = String((await follower.told('following'))['job_id']);
    await rowsOnceThere(server, jobId, 5);
    // Its last lines were not seen before.
    append(chunk(0), linesOf(5, 9));
    pack(0);
    write(chunk(1), linesOf(9, 12));
    const rows = await rowsOnceThere(server, jobId, 12);
    assert.deepEqual(new Set(rows.map((row) => row['prediction'])), new Set(answers(12)));
    append(chunk(1), linesOf(12, 14));
    assert.equal((await rowsOnceThere(server, jobId, 14)).length, 14);
  });

  it('reads a chunk once that is there packed and unpacked', async () => {
    write(chunk(0), linesOf(0, 8));
    write(`${chunk(0)}.zst`, zstdCompressSync(readFileSync(chunk(0))).subarray(0, 40));
    const { code, answers: told } = await follow();
    assert.deepEqual([code, told], [0, answers(8)]);
  });

  it('takes what can be read of a damaged chunk, says that there was more, and takes that once it is there', async () => {
    const packed = zstdCompressSync(Buffer.from(linesOf(0, 4000)), {
      params: { [constants.ZSTD_c_checksumFlag]: 1 },
    });
    for (const [what, bytes] of [
      ['cut off', packed.subarray(0, packed.length - 5)],
      ['other bytes behind', Buffer.concat([packed, Buffer.from('and something else')])],
      ['no Zstandard', Buffer.from('this is something else')],
    ] as const) {
      write(`${chunk(0)}.zst`, bytes);
      write(chunk(1), linesOf(4000, 4002));
      const { code, words, answers: told } = await follow();
      assert.equal(code, 1, `${what}: ${words}`);
      assert.match(words, /00000\.jsonl.*Zstandard cannot unpack the rest/, what);
      const whole = new Set(answers(4002));
      assert.ok(told.every((answer) => whole.has(String(answer))) && new Set(told).size === told.length, what);
      assert.ok(told.includes(reply('answer 4001')), what);
    }
    write(`${chunk(0)}.zst`, packed);
    const { code, answers: told } = await follow();
    assert.deepEqual([code, new Set(told)], [0, new Set(answers(4002))]);
    assert.equal(told.length, 4002);
  });

  it('says while it follows that a chunk is damaged, once, and leaves nothing behind of what it unpacked', async () => {
    write(chunk(1), linesOf(0, 2));
    const temporary = join(folder, 'temporary');
    mkdirSync(temporary);
    const follower = startFollower([run()], server.dataDir, { TMPDIR: temporary });
    followers.push(follower);
    const jobId = String((await follower.told('following'))['job_id']);
    const packed = zstdCompressSync(Buffer.from(linesOf(2, 6)));
    write(`${chunk(0)}.zst`, packed.subarray(0, packed.length - 9));
    const isTold = () => follower.words().split('Zstandard cannot unpack the rest').length - 1;
    await eventually('the damage is told', () => (isTold() > 0 ? true : undefined), 30_000);
    append(chunk(1), linesOf(2, 3));
    await rowsOnceThere(server, jobId, 3);
    await sleep(2500);
    assert.equal(isTold(), 1);
    await follower.kill();
    assert.deepEqual(readdirSync(temporary), []);
  });
});
