import assert from 'node:assert/strict';
import fc from 'fast-check';
import { memberElements, members, objectText } from '../../src/server/storage/jsonText.ts';

/** JSON values and the white space that may stand around them. */
const spaced = fc
  .tuple(fc.jsonValue({ depthSize: 'medium' }), fc.constantFrom(undefined, 1, '\t', ' \t  '))
  .map(([value, indent]) => ({ value, text: JSON.stringify(value, null, indent) }));

describe('taking JSON text apart', () => {
  it('gives each member of an object its text', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), fc.nat(4), (object, indent) => {
        const found = members(JSON.stringify(object, null, indent));
        assert.deepEqual(
          [...found].map(([name, text]) => [name, JSON.parse(text)]),
          Object.entries(JSON.parse(JSON.stringify(object))),
        );
      }),
    );
  });

  it('gives each element of the array that is a member its text', () => {
    fc.assert(
      fc.property(fc.array(spaced), spaced, (items, other) => {
        const array = `[ ${items.map((item) => item.text).join(' ,\r\n')} ]`;
        const text = ` { "rows" : [ 1 ], "\\u0072ows" : ${array} , "other":${other.text}\n} `;
        assert.deepEqual(
          memberElements(text, 'rows').map((element) => JSON.parse(element.text)),
          items.map((item) => JSON.parse(item.text)),
        );
      }),
    );
  });

  it('tells how many levels each element has', () => {
    const levelsOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(levelsOf)) : 0;
    fc.assert(
      fc.property(fc.array(spaced), (items) => {
        const text = `{"rows":[${items.map((item) => item.text).join(',')}]}`;
        assert.deepEqual(
          memberElements(text, 'rows').map(({ levels }) => levels),
          items.map(({ value }) => (Array.isArray(value) ? 0 : levelsOf(value))),
        );
      }),
    );
    assert.deepEqual(
      memberElements('{"rows":[{"a":"[[[","b":[{}]},{"a":[[]],"a":1}]}', 'rows').map(({ levels }) => levels),
      [3, 3],
    );
  });

  it('gives no elements of what is missing or no array', () => {
    for (const text of ['{}', '{"a":[1]}', '{"rows":{"rows":[1]}}', '{"rows":[1],"rows":"[2]"}', '{"rows":[ ]}']) {
      assert.deepEqual(memberElements(text, 'rows'), []);
    }
  });

  it('puts members together to an object that reads the same', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (object) => {
        const text = JSON.stringify(object);
        assert.equal(objectText(members(text)), text);
      }),
    );
  });

  it('keeps numbers digit by digit', () => {
    const found = members('{"a":18446744073709551615,"b":1.0,"c":-0,"d":1E400}');
    assert.deepEqual([...found.values()], ['18446744073709551615', '1.0', '-0', '1E400']);
  });

  it('takes the last of members with the same name, as JSON.parse does', () => {
    assert.equal(members('{"a":1,"\\u0061":2}').get('a'), '2');
  });

  it('leaves no line end in a value, as it would end a line of an event stream', () => {
    const text = members('{"a":[1,\r\n 2,\n"\\n"]}').get('a') ?? '';
    assert.doesNotMatch(text, /[\r\n]/);
    assert.deepEqual(JSON.parse(text), [1, 2, '\n']);
  });

  it('finds the end of strings behind backslashes', () => {
    const value = { a: '\\', b: '\\"', c: '"\\\\"', 'd\\"': '{[",' };
    assert.deepEqual(JSON.parse(objectText(members(JSON.stringify(value)))), value);
  });
});
