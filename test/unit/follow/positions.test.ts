import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type FilePosition, Positions } from '../../../src/follow/positions.ts';

describe('what a follower remembers of files', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'positions-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const position: FilePosition = {
    ...{ identity: 'file', revision: 0, rows: 0, offset: 0, line: 0, chain: '', sending: null },
    ...{ beginning: { length: 1, hash: 'hash' }, size: -1, modified: -1 },
  };

  it('is gone where the server has nothing, but for a first batch that was under way and may still be stored', () => {
    const positions = new Positions(folder, 'run');
    const underWay = { ...position, sending: { rows: 3, chain: 'of three' } };
    positions.setFile('under way', underWay);
    positions.setFile('stored', { ...position, rows: 3, chain: 'of three', sending: { rows: 5, chain: 'of five' } });
    positions.setFile('not sent', position);
    positions.forget();
    assert.deepEqual([...positions.files()], [['under way', underWay]]);
    positions.close();
  });
});
