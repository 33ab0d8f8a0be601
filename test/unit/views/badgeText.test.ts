import assert from 'node:assert/strict';
import { badgeText } from '../../../src/views/badgeText.ts';

describe('badgeText', () => {
  it('starts with the state', () => {
    assert.equal(badgeText({ label: 'Live', retryAt: null, problem: null }, 0, 0, 1), 'Live');
  });

  it('tells the seconds that are left', () => {
    assert.equal(badgeText({ label: 'Reconnecting', retryAt: 4200, problem: null }, 1000, 1, 1), 'Reconnecting 4 s');
    assert.equal(badgeText({ label: 'Reconnecting', retryAt: 0, problem: null }, 1000, 1, 1), 'Reconnecting 0 s');
  });

  it('adds the jobs that are not live when this one is', () => {
    assert.equal(badgeText({ label: 'Live', retryAt: null, problem: null }, 0, 1, 3), 'Live · 1 of 3 not live');
    assert.equal(badgeText({ label: 'Paused', retryAt: null, problem: null }, 0, 1, 3), 'Paused');
    assert.equal(badgeText({ label: 'Paused', retryAt: null, problem: null }, 0, 2, 3), 'Paused · 2 of 3 not live');
  });
});
