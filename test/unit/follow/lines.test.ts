import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Line, linesOf } from '../../../src/follow/files/lines.ts';
import { openRunFile } from '../../../src/follow/files/runFile.ts';
import { freshFolder } from '../../support/follow.ts';

describe('lines of a file that grows', function () {
  this.timeout(30_000);
  let folder = '';
  before(() => {
    folder = freshFolder();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function linesIn(content: Uint8Array, from = { offset: 0, line: 0 }): Promise<Line[]> {
    const path = join(folder, 'lines.jsonl');
    writeFileSync(path, content);
    const file = await openRunFile(path);
    assert.ok(file !== undefined);
    try {
      const lines: Line[] = [];
      for await (const group of linesOf(file, from)) lines.push(...group);
      return lines;
    } finally {
      await file.handle.close();
    }
  }

  it('are the same wherever the file ended when it was read before', async () => {
    const whole = Buffer.from('\ufeff{"a":"ü"}\r\n\n{"b":"😀"}\n{"c":3}\n');
    const all = await linesIn(whole);
    assert.deepEqual(
      all.map(({ number, text }) => [number, text.trim()]),
      [
        [1, '{"a":"ü"}'],
        [3, '{"b":"😀"}'],
        [4, '{"c":3}'],
      ],
    );
    for (let end = 1; end < whole.length; end += 1) {
      const first = (await linesIn(whole.subarray(0, end))).filter(({ isEnded }) => isEnded);
      const last = first.at(-1);
      const rest = await linesIn(whole, { offset: last?.end ?? 0, line: last?.number ?? 0 });
      assert.deepEqual([...first, ...rest], all, `cut at ${end}`);
    }
  });

  it('may be longer than what is read at once, and are told by name where they are too long or no UTF-8', async () => {
    const long = `"${'x'.repeat(700_000)}"`;
    const tooLong = Buffer.alloc(33 * 1024 * 1024, 'y');
    const lines = await linesIn(
      Buffer.concat([
        Buffer.from(`${long}\n`),
        tooLong,
        Buffer.from('\n'),
        Buffer.from([0x22, 0xff, 0x22, 0x0a]),
        Buffer.from('{}'),
      ]),
    );
    assert.deepEqual(
      lines.map(({ number, text, problem, isEnded }) => [number, text.length, problem, isEnded]),
      [
        [1, long.length, undefined, true],
        [2, '34603008 bytes'.length, 'longer than 32 MB', true],
        [3, 3, 'this is not UTF-8', true],
        [4, 2, undefined, false],
      ],
    );
  });
});
