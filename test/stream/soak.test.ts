import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const main = path.join(import.meta.dirname, '../soak/main.ts');

describe('a small soak', () => {
  it('loses, doubles and misorders nothing of 2,000 predictions over cuts, stalls and killed servers', async function () {
    this.timeout(240_000);
    const options = ['--predictions', '2000', '--sessions', '8', '--seconds', '12', '--disconnects', '5'];
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', main, ...options]).catch(
      (error: { stdout: string }) => error,
    );
    const line = stdout.trim().split('\n').at(-1) ?? '';
    const { predictions, lost, doubled, misordered } = JSON.parse(line) as Record<string, number>;
    assert.deepEqual({ lost, doubled, misordered }, { lost: 0, doubled: 0, misordered: 0 }, stdout);
    assert.ok(Number(predictions) >= 2000, stdout);
  });
});
