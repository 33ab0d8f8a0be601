import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stepsToField } from '../../../src/wire/depth.ts';
import { parseExactly, writtenNumber } from '../../../src/wire/exactJson.ts';
import { nested } from '../../support/nested.ts';

const exactly = (text: string, plain: readonly string[] = []): unknown =>
  parseExactly(text, stepsToField.ofRow, new Set(plain));

/** Whether a whole number would be written with other digits than these. */
const isRewritten = (text: string): boolean => /^-?\d+$/.test(text) && String(Number(text)) !== text;

describe('JSON that is read exactly', () => {
  it('is written again with the digits of numbers that no double holds', () => {
    for (const number of [
      ...[
        '18446744073709551615',
        '-9007199254740993',
        '9223372036854775808',
        '1e400',
        '-1E+400',
        '1e-400',
        '-0',
        '-0.0',
        '-0e5',
      ],
      ...['0.30000000000000004441', '1.00000000000000000001', '0.00001234567890123456789', '1'.repeat(400)],
      ...['0.123456789012345678', '-0.0123456789012345678', '12345.6789012345678', `0.${'0'.repeat(330)}1`],
      ...['123456789012345.678', `-0.${'0'.repeat(400)}5`],
    ]) {
      const text = `{"a":${number},"b":[ ${number} ,{"c":${number}}],"d":"${number}, :${number}"}`;
      assert.equal(JSON.stringify(exactly(text)), text.replaceAll(/\s(?=[-\d])|\s(?=,\{)/g, ''), number);
    }
  });

  it('is what JSON.parse makes of it where doubles hold its numbers, and where fields are plain', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // `JSON.stringify` writes no -0, and integers so that they are read as they were.
        const text = JSON.stringify(value);
        assert.equal(JSON.stringify(exactly(text)), text);
      }),
    );
    const text = '{"latency":12345678901234567890,"#":"#12345678901234567890","__proto__":{"x":1e400}}';
    const value = exactly(text, ['latency']) as Record<string, unknown>;
    assert.equal(value['latency'], Number('12345678901234567890'));
    assert.equal(value['#'], '#12345678901234567890');
    assert.equal(JSON.stringify(value), text.replace('12345678901234567890', '12345678901234567000'));
    assert.equal(writtenNumber((Object.values(value)[2] as { x: unknown }).x), '1e400');
    assert.equal(writtenNumber({ rawJSON: '1' }), undefined);
  });

  it('reads every double as it is, with any seventeen digits', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), fc.boolean(), (values, isFixed) => {
        const texts = values.map((value) => (isFixed ? value.toPrecision(17) : JSON.stringify(value)));
        const own = texts.filter((text) => !Object.is(Number(text), -0));
        // A whole number beyond 2^53 may be a double and yet be written with other digits: it is kept as it came.
        const [kept, read] = [own.filter(isRewritten), own.filter((text) => !isRewritten(text))];
        assert.deepEqual(exactly(`{"scores":[${read.join(',')}]}`), { scores: read.map(Number) });
        assert.equal(JSON.stringify(exactly(`{"scores":[${kept.join(',')}]}`)), `{"scores":[${kept.join(',')}]}`);
      }),
      { examples: [[[45179484765639210, -45179484765639210, 2 ** 63], true]] },
    );
  });

  it('keeps digits within a field of a row also under names that are plain in the row itself', () => {
    const within = '{"id":-0,"step":18446744073709551615,"calls":[{"step":-0}]}';
    const row = `{"step":-0,"messages":[${within}],"scores":${within}}`;
    for (const [text, steps] of [
      [row, stepsToField.ofRow],
      [`{"prediction":${row},"total_count":1}`, stepsToField.ofListed],
      [`{"predictions":[${row},${row}],"total":2}`, stepsToField.ofListed],
    ] as const) {
      const value = parseExactly(text, steps, new Set(['id', 'step']));
      assert.equal(JSON.stringify(value), text.replaceAll('{"step":-0,"messages"', '{"step":0,"messages"'));
    }
  });

  it('leaves every text as it is, escaped or not, whatever numbers stand beside it', () => {
    for (const string of ['"\\u0023123"', '"\\u0023#1e400"', '"#abc"', '"\\u0000"', '"1e400"']) {
      const [number, text] = exactly(`[-0.0,${string}]`) as unknown[];
      assert.deepEqual([writtenNumber(number), text], ['-0.0', JSON.parse(string)]);
    }
  });

  it('does not take long, however long a number or a text is', () => {
    const began = performance.now();
    for (const character of '#"\\0') exactly(`[-0.0,${JSON.stringify(character.repeat(1e6))}]`);
    for (const number of [`1.${'0'.repeat(3e6)}1`, '1'.repeat(3e6), `0.${'0'.repeat(3e6)}1`, `1${' '.repeat(3e6)}`]) {
      exactly(`[${number},${number}]`);
    }
    assert.ok(performance.now() - began < 5000);
  });

  it('keeps them beside a value of thousands of levels', () => {
    const value = exactly(`[{"deep":${nested(9000)}},{"id":18446744073709551615}]`) as { id: unknown }[];
    assert.equal(writtenNumber(value[1]?.id), '18446744073709551615');
  });
});
