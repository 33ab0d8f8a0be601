import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Claims } from '../../../src/notices/claims.ts';

describe('a claim on a cause', () => {
  let folder: string;
  beforeEach(() => {
    folder = path.join(mkdtempSync(path.join(tmpdir(), 'claims-')), 'told');
  });
  afterEach(() => rmSync(path.dirname(folder), { recursive: true }));

  it('is granted once among all windows, also when they ask at the same moment', async () => {
    const windows = Array.from({ length: 10 }, () => new Claims(folder));
    const granted = await Promise.all(windows.map((window) => window.claim('job failed')));
    assert.equal(granted.filter(Boolean).length, 1);
    assert.equal(await new Claims(folder).claim('job failed'), false);
    assert.equal(await new Claims(folder).claim('another job failed'), true);
  });

  it('is granted again once it was released', async () => {
    await new Claims(folder).claim('connection');
    await new Claims(folder).release('connection');
    await new Claims(folder).release('connection');
    assert.equal(await new Claims(folder).claim('connection'), true);
  });

  it('is forgotten after a month', async () => {
    await new Claims(folder).claim('old');
    const long = Date.now() / 1000 - 31 * 24 * 3600;
    for (const name of readdirSync(folder)) utimesSync(path.join(folder, name), long, long);
    assert.equal(await new Claims(folder).claim('old'), true);
  });
});
