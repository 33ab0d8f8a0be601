import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

describe('the invariants of the stream', () => {
  it('name tests that exist', () => {
    const page = readFileSync(path.join(root, 'src/stream/README.md'), 'utf8');
    const names = [...page.matchAll(/(?<![*\w])\*([^*]{20,}?)\*(?!\*)/g)].map(([, name = '']) =>
      name.replace(/\s+/g, ' '),
    );
    assert.ok(names.length > 30);
    const tests = globSync('test/**/*.test.ts', { cwd: root }).map((file) =>
      readFileSync(path.join(root, file), 'utf8'),
    );
    const unknown = names.filter((name) => !tests.some((text) => text.includes(`it('${name}'`)));
    assert.deepEqual(unknown, []);
  });
});
