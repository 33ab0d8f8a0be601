import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { jsonTree } from '../../../../src/panel/json/jsonTree.ts';
import { jsonForm, keyDifference } from '../../../../src/panel/json/keyDifference.ts';
import { formatsFor } from '../../../../webview/texts/formats.ts';
import { keyNote, keyParts } from '../../../../webview/texts/keyDifference.ts';

const formats = formatsFor('en');
const changes = (from: string, to: string) =>
  keyDifference(from, to)?.changes.map(({ path, from: was, to: is }) => `${path}: ${was ?? ''} → ${is ?? ''}`);
/** An object or an array, as only these are compared by key. */
const values = fc.oneof(fc.object({ maxDepth: 4 }), fc.array(fc.jsonValue(), { maxLength: 6 })).map((value) => {
  const text = JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
  return JSON.parse(text) as unknown;
});

/** The same data in another order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}

describe('JSON that is compared by key', () => {
  it('tells keys that were added, removed and changed, by their paths', () => {
    assert.deepEqual(
      changes(
        '{"city": "Houston", "n": 1, "a": {"b c": [1, 2]}, "old": 0}',
        '{"n":1,"city":"Austin","a":{"b c":[1,3]},"new":{}}',
      ),
      ['city: "Houston" → "Austin"', 'a["b c"][1]: 2 → 3', 'old: 0 → ', 'new:  → {}'],
    );
    assert.deepEqual(changes('[1]', '{"a":1}'), ['$: [1] → {"a":1}']);
  });

  it('tells an item that was put in as that, and not that all behind it changed', () => {
    assert.deepEqual(changes('[{"id":1},{"id":2},{"id":3}]', '[{"id":0},{"id":1},{"id":2},{"id":4}]'), [
      '[0]:  → {"id":0}',
      '[3].id: 3 → 4',
    ]);
  });

  it('takes the order of keys, spaces, escapes and ways of writing a number for no difference', () => {
    assert.deepEqual(
      changes('{"a":1.50,"b":"é","c":[-0, 1e2]}', ' {\n"c": [0,100.0], "b": "\\u00e9", "a":15e-1}\n'),
      [],
    );
    fc.assert(
      fc.property(values, (value) => {
        assert.deepEqual(changes(JSON.stringify(value), JSON.stringify(turned(value), null, 3)), []);
      }),
    );
  });

  it('finds a difference exactly where there is one', () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        const found = keyDifference(JSON.stringify(one), JSON.stringify(other));
        const isSame = isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
        assert.equal((found?.changes.length ?? 0) + (found?.more ?? 0) === 0, isSame);
      }),
    );
  });

  it('tells numbers apart digit by digit, and keys of one name, and names that every object has', () => {
    assert.deepEqual(changes('{"id":12345678901234567890}', '{"id":12345678901234567891}'), [
      'id: 12345678901234567890 → 12345678901234567891',
    ]);
    assert.deepEqual(changes('{"x":1e400}', '{"x":10e399}'), []);
    assert.deepEqual(changes('{"a":1,"a":2}', '{"a":1}'), ['a #2: 2 → ']);
    assert.deepEqual(changes('{"__proto__":{"a":1}}', '{"__proto__":{"a":2}, "constructor": null}'), [
      '__proto__.a: 1 → 2',
      'constructor:  → null',
    ]);
  });

  it('is only what is JSON, not too long and not too deep', () => {
    for (const other of ['', '1', '"a"', '{', '{"a":1} and more', '[1,]', `${'['.repeat(5000)}${']'.repeat(5000)}`]) {
      assert.equal(keyDifference('{}', other), null, other.slice(0, 20));
      assert.deepEqual(jsonForm('{}', other, 'keys'), {});
    }
    assert.notEqual(jsonTree(`${'['.repeat(60)}${']'.repeat(60)}`), null);
    assert.equal(jsonTree(`["${'x'.repeat(300_000)}"]`), null);
    assert.deepEqual(jsonForm('{}', '[]', 'text'), { byKey: null });
  });

  it('tells a part of very many changes, and counts the rest', () => {
    const list = (first: number) =>
      JSON.stringify(Object.fromEntries([...Array(500).keys()].map((key) => [`k${key}`, key + first])));
    const found = keyDifference(list(0), list(1));
    assert.deepEqual([found?.changes.length, found?.more], [200, 300]);
    assert.equal(found === null ? '' : keyNote(found, formats), '500 keys differ.');
  });
});

describe('a difference by key, as it is drawn', () => {
  it('has a line a key, and the answer where nothing differs', () => {
    const parts = (from: string, to: string) => {
      const found = keyDifference(from, to);
      return found === null ? [] : keyParts(found, to, formats).map(({ kind, text }) => `${kind} ${text}`);
    };
    assert.deepEqual(parts('{"a":1,"b":2}', '{"a":3,"c":4}'), [
      ...['same a: ', 'removed 1', 'same  ', 'added 3', 'same \nb: ', 'removed 2', 'same \nc: ', 'added 4'],
    ]);
    assert.deepEqual(parts('{"a":1}', '{ "a": 1 }'), ['same { "a": 1 }']);
    assert.match(keyNote({ changes: [], more: 0 }, formats), /^The same data/);
  });
});
