import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Timestamps } from '../../../src/store/timestamps.ts';

const two = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'));
/** Few different seconds, of which some do not exist, so that they follow each other and come again. */
const second = fc
  .tuple(
    fc.constantFrom('1969-12-31', '2026-02-28', '2026-02-30', '2026-13-01', '0000-01-01'),
    two(24),
    two(1),
    two(60),
  )
  .map(([day, hours, minutes, seconds]) => `${day}T${hours}:${minutes}:${seconds}`);
const fraction = fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,9}$/));
const time = fc
  .tuple(second, fraction, fc.constantFrom('Z', '+00:00', '+01:00', '', 'z'))
  .map((parts) => parts.join(''));
const text = fc.oneof({ weight: 9, arbitrary: time }, fc.string());

describe('times of rows', () => {
  it('come back as they were written, in the order of their texts, whatever came before them', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 40 }), (texts) => {
        const times = new Timestamps();
        for (const [row, text] of texts.entries()) times.set(row, text);
        assert.deepEqual(
          texts.map((_, row) => times.get(row)),
          texts,
        );
        for (let row = 1; row < texts.length; row += 1) {
          const [left = '', right = ''] = [texts[row - 1], texts[row]];
          assert.equal(Math.sign(times.compare(row - 1, row)), left === right ? 0 : left < right ? -1 : 1);
        }
      }),
      { numRuns: 500 },
    );
  });
});
