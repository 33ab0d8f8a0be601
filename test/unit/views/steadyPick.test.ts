import assert from 'node:assert/strict';
import { SteadyPick } from '../../../src/views/steadyPick.ts';

describe('an entry that was chosen in a list that changes', () => {
  const isSame = (a: string, b: string) => a === b;

  it('is sure where its place was its own in all lists of the last second', () => {
    const pick = new SteadyPick<string>();
    assert.equal(pick.isSure(1, 'b', isSame, 0), true);
    pick.replace(['a', 'b'], 100);
    assert.equal(pick.isSure(1, 'b', isSame, 200), true);
    pick.replace(['new', 'a', 'b'], 300);
    assert.equal(pick.isSure(1, 'b', isSame, 400), false);
    pick.replace(['a', 'b', 'c'], 500);
    assert.equal(pick.isSure(1, 'b', isSame, 600), false);
    assert.equal(pick.isSure(1, 'b', isSame, 1299), false);
    assert.equal(pick.isSure(1, 'b', isSame, 1300), true);
  });

  it('is not sure where a job that began took the place of the one that was chosen; a place that is new is', () => {
    const pick = new SteadyPick<string>();
    pick.replace(['other', 'Watch job “new”'], 1000);
    assert.equal(pick.isSure(1, 'other', isSame, 1001), false);
    assert.equal(pick.isSure(2, 'third', isSame, 1001), true);
    assert.equal(pick.isSure(0, 'other', isSame, 1001), true);
    assert.equal(pick.isSure(1, 'other', isSame, 2000), true);
  });
});
