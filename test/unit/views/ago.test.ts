import assert from 'node:assert/strict';
import { agoText } from '../../../src/views/ago.ts';

const now = Date.parse('2026-11-28T12:00:00Z');

describe('how long ago something was', () => {
  it('is told in the largest whole unit', () => {
    const told = [
      ['2026-11-28T11:59:30Z', 'now'],
      ['2026-11-28T11:55:30.5Z', '4 min. ago'],
      ['2026-11-28T09:00:00Z', '3 hr. ago'],
      ['2026-11-27T09:00:00Z', 'yesterday'],
      ['2024-01-01T00:00:00Z', '2 yr. ago'],
    ] as const;
    for (const [time, text] of told) assert.equal(agoText(time, now, 'en'), text);
  });

  it('is now where the clock of the server goes ahead, and nothing where no time is told', () => {
    assert.equal(agoText('2026-11-28T12:00:10Z', now, 'en'), 'now');
    for (const time of [null, undefined, '', 'soon']) assert.equal(agoText(time, now, 'en'), null);
  });
});
