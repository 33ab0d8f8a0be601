import assert from 'node:assert/strict';
import fc from 'fast-check';
import { errorPlaces } from '../../../../src/panel/json/errorPlaces.ts';
import { mostErrorPlaces } from '../../../../src/panel/protocol/texts.ts';

const text = '{\n  "a": [{"b": 7}],\n  "city": "Houston",\n  "x/y": null,\n  "odd name": true\n}';
const marked = (errors: unknown, of = text) => errorPlaces(errors, of).map(([from, to]) => of.slice(from, to));

describe('the places that validation errors name', () => {
  it('are found by JSON pointer, path, JSONPath and list, in fields and in words', () => {
    for (const error of [
      { path: '/a/0/b', message: 'must be a string' },
      { instancePath: '/a/0/b' },
      { loc: ['a', 0, 'b'], msg: 'Input should be a valid string' },
      { path: 'a[0].b', message: 'is no text' },
      { path: '$.a[0]["b"]' },
      { message: "'7' is not of type 'string' at /a/0/b: look" },
      'a[0].b is no text.',
      '$.a[0].b is no text',
    ]) {
      assert.deepEqual(marked([error]), ['7'], JSON.stringify(error));
    }
    assert.deepEqual(marked({ path: 'city', message: 'must be one of the cities' }), ['"Houston"']);
    assert.deepEqual(marked([{ path: '/x~1y' }, { path: '$["odd name"]' }]), ['null', 'true']);
    assert.deepEqual(marked([{ path: '/a' }, { path: '/a/0/b' }]), ['[{"b": 7}]']);
  });

  it('are found by line and column, also of what is no JSON', () => {
    assert.deepEqual(marked('Unexpected token at line 3 column 11'), ['"']);
    assert.deepEqual(marked("Expecting ',' delimiter: line 1 column 9 (char 8)", '{"a": 1 "b"}'), ['"']);
    assert.deepEqual(marked('line 1, column 900', '{"a": '), [' ']);
  });

  it('are none where nothing is named, or nothing is there', () => {
    for (const error of [
      null,
      undefined,
      7,
      'wrong',
      { message: 'wrong' },
      { path: '/nothing/here' },
      { path: '' },
      '/',
    ]) {
      assert.deepEqual(marked(error), [], JSON.stringify(error));
    }
    assert.deepEqual(marked({ path: '/a' }, 'no JSON /a'), []);
    assert.deepEqual(marked({ path: '__proto__' }), []);
  });

  it('are so many at most, however many one error names', () => {
    const many = Array.from({ length: 300 }, (_, index) => index);
    const of = `[${many.join(', ')}]`;
    assert.equal(errorPlaces(many.map((index) => `/${index}`).join(' '), of).length, mostErrorPlaces);
  });

  it('are apart from each other and inside of the text, whatever the errors are', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(text, '{"a":', '[]', '[1, [2, "é😀"]]'), (errors, of) => {
        let last = 0;
        for (const [from, to] of errorPlaces(errors, of)) {
          assert.ok(from >= last && to > from && to <= of.length);
          last = to;
        }
      }),
    );
  });
});
