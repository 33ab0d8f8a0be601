import assert from 'node:assert/strict';
import {
  holdFor,
  initialView,
  readKeptState,
  showEpoch,
  showOffset,
  showPageSize,
  toggleRow,
} from '../../../webview/viewState.ts';

const reading = { rows: ['a', 'b'], textSelected: false, settled: true };

describe('the hold rule', () => {
  it('lets rows in on the first page while nothing is read closely', () => {
    assert.equal(holdFor(reading)(initialView).hold, false);
  });

  it('holds while a row on the screen is open', () => {
    const open = toggleRow('a')(initialView);
    assert.equal(holdFor(reading)(open).hold, true);
    assert.equal(holdFor(reading)(toggleRow('a')(open)).hold, false);
  });

  it('does not hold for an open row that is not on the screen', () => {
    assert.equal(holdFor(reading)(toggleRow('gone')(initialView)).hold, false);
  });

  it('holds while text is selected', () => {
    assert.equal(holdFor({ ...reading, textSelected: true })(initialView).hold, true);
  });

  it('holds on every page but the first', () => {
    const second = showOffset(10)(initialView);
    assert.equal(holdFor(reading)(second).hold, true);
    assert.equal(holdFor(reading)(showOffset(0)(second)).hold, false);
  });

  it('holds nothing while no row is on the screen', () => {
    const view = showOffset(10)(initialView);
    assert.equal(holdFor({ rows: [], textSelected: true, settled: true })(view).hold, false);
  });

  it('holds nothing before the first snapshot is over, since its rows are not new', () => {
    const view = toggleRow('a')(showOffset(10)(initialView));
    assert.equal(holdFor({ ...reading, settled: false })(view).hold, false);
  });

  it('gives the same state back when nothing changes', () => {
    assert.equal(holdFor(reading)(initialView), initialView);
  });
});

describe('what a panel shows', () => {
  const view = { ...initialView, offset: 30, expanded: ['a'] };

  it('starts at the first row and closes rows when the epoch filter changes', () => {
    assert.deepEqual(showEpoch(3)(view), { ...initialView, epoch: 3 });
  });

  it('closes rows when the page is turned, and never goes before the first row', () => {
    assert.deepEqual(showOffset(-10)(view), initialView);
  });

  it('keeps the first row of the page in sight when the page size changes', () => {
    const { offset, pageSize } = showPageSize(25)(view);
    assert.deepEqual({ offset, pageSize }, { offset: 25, pageSize: 25 });
  });

  it('is read back from what was kept', () => {
    const kept = { restore: 'job', view: { ...view, tab: 'trends', epoch: 2, sample: 7 } };
    assert.deepEqual(readKeptState(JSON.parse(JSON.stringify(kept))), kept);
  });

  for (const [what, kept] of [
    ['nothing', undefined],
    ['a text', 'text'],
    ['a view without what leads to the job', { view: initialView }],
    ['no view', { restore: 'job' }],
    ['a tab that does not exist', { restore: 'job', view: { ...initialView, tab: 'toString' } }],
    ['an offset below 0', { restore: 'job', view: { ...initialView, offset: -1 } }],
    ['an offset that is no whole number', { restore: 'job', view: { ...initialView, offset: 0.5 } }],
    ['a page size of 0', { restore: 'job', view: { ...initialView, pageSize: 0 } }],
    ['open rows that are no texts', { restore: 'job', view: { ...initialView, expanded: [1] } }],
    ['a field too few', { restore: 'job', view: { tab: 'trends' } }],
  ] as const) {
    it(`starts afresh where ${what} was kept`, () => {
      assert.equal(readKeptState(kept), null);
    });
  }
});
