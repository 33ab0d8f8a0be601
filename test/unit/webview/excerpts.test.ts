import assert from 'node:assert/strict';
import fc from 'fast-check';
import { differencesBehind, leftOut } from '../../../webview/predictions/grid/cells/excerpts.ts';

function excerpt(text: string, place: number, shown: number): string {
  const cut = leftOut(text, place, shown);
  return cut === null ? text : `${text.slice(0, cut[0])}…${text.slice(cut[1])}`;
}

describe('texts that look alike in their cells', () => {
  const six = `{"item":"desk lamps","city":"Leeds","quantity":6}`;
  const seven = `{"item":"desk lamps","city":"Leeds","quantity":7}`;

  it('are shown with the place where they differ', () => {
    const found = differencesBehind([six, seven, six], 20);
    assert.deepEqual([...found.keys()], [six, seven]);
    const place = found.get(six) ?? 0;
    assert.equal(place, six.indexOf('6'));
    assert.equal(excerpt(six, place, 24), '{"item":…,"quantity":6}');
    assert.equal(excerpt(seven, place, 24), '{"item":…,"quantity":7}');
  });

  it('are those alone whose difference is out of sight', () => {
    assert.equal(differencesBehind([six, six], 20).size, 0);
    assert.equal(differencesBehind([six, seven], 60).size, 0);
    assert.equal(differencesBehind([six, `x${seven}`], 20).size, 0);
  });

  it('keep their beginning, and show what differs first, cut in no character, whatever they are', () => {
    const unit = 'grapheme';
    const texts = fc.tuple(
      fc.string({ unit, minLength: 40 }),
      fc.string({ unit, minLength: 1 }),
      fc.integer({ min: 12, max: 39 }),
    );
    fc.assert(
      fc.property(texts, ([start, end, shown]) => {
        const [one, other] = [`${start}a${end}`, `${start}b${end}`];
        const place = differencesBehind([one, other], shown).get(one);
        assert.equal(place, start.length);
        const text = excerpt(one, place ?? 0, shown);
        assert.notEqual(text, excerpt(other, place ?? 0, shown));
        assert.ok(text.startsWith(one.slice(0, 3)));
        assert.doesNotMatch(text, /\p{Cs}/u);
      }),
    );
  });
});
