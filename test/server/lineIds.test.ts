import assert from 'node:assert/strict';
import { LineIds } from '../../src/server/requests/lineIds.ts';

describe('the ids of an import', () => {
  it('tell the line of the one that comes again, lone surrogates apart', () => {
    const ids = new LineIds();
    const texts = ['a', 'b', '', '\ud800', '\ud801', '\ufffd', 'ä', '__proto__'];
    texts.forEach((id, index) => void assert.equal(ids.add(id, index + 1), undefined));
    texts.forEach((id, index) => void assert.equal(ids.add(id, 99), index + 1));
  });

  it('take few bytes each, a million of them', function () {
    this.timeout(60_000);
    const before = process.memoryUsage().arrayBuffers;
    const ids = new LineIds();
    for (let line = 1; line <= 1_000_000; line += 1) ids.add(`00000000-0000-4000-8000-${line}`, line);
    for (const line of [1, 2, 4096, 777_777, 1_000_000]) {
      assert.equal(ids.add(`00000000-0000-4000-8000-${line}`, 5), line);
    }
    assert.ok(process.memoryUsage().arrayBuffers - before < 64e6);
  });
});
