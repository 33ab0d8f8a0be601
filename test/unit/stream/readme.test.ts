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
    // A test of several cases says in its name which one it is.
    const ofCases = tests
      .flatMap((text) => [...text.matchAll(/\bit\(`([^`]+)`/g)].map(([, name = '']) => name))
      .map(
        (name) =>
          new RegExp(
            `^${name
              .split(/\$\{[^}]*\}/)
              .map(escaped)
              .join('.+')}$`,
          ),
      );
    const unknown = names.filter(
      (name) => !tests.some((text) => text.includes(`it('${name}'`)) && !ofCases.some((pattern) => pattern.test(name)),
    );
    assert.deepEqual(unknown, []);
  });
});

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
