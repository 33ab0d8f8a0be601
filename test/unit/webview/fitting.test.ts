import assert from 'node:assert/strict';
import { initialView } from '../../../src/panel/initialView.ts';
import { linesFor, linesToFit, type Measured, rowsThatFit } from '../../../webview/predictions/fitting.ts';
import { fitRows, showFit, showPageSize } from '../../../webview/viewState.ts';

const measured: Measured = {
  ...{ room: 600, height: 600, rows: 10, pageSize: 10, hasMore: true, tooMany: Number.POSITIVE_INFINITY },
};

describe('rows on a page that is to fit', () => {
  it('are as many as have room, whatever their height', () => {
    assert.equal(rowsThatFit(measured), 10);
    assert.equal(rowsThatFit({ ...measured, height: 300 }), 20);
    assert.equal(rowsThatFit({ ...measured, height: 900 }), 6);
    assert.equal(rowsThatFit({ ...measured, height: 610 }), 9);
  });

  it('stay as they are while nothing is out of sight and no row more has room', () => {
    assert.equal(rowsThatFit({ ...measured, height: 560 }), 10);
    assert.equal(rowsThatFit({ ...measured, height: 604 }), 10);
    assert.equal(rowsThatFit({ ...measured, rows: 4, height: 240, hasMore: false }), 10);
    assert.equal(rowsThatFit({ ...measured, rows: 0, height: 0 }), 10);
  });

  it('do not go back and forth where higher rows come with more of them', () => {
    assert.equal(rowsThatFit({ ...measured, height: 500, tooMany: 11 }), 10);
  });

  it('are never so few or so many that one cannot read', () => {
    assert.equal(rowsThatFit({ ...measured, room: 50 }), 3);
    assert.equal(rowsThatFit({ ...measured, room: 100_000 }), 100);
  });

  it('change nothing while a row is open, and the first row stays in sight', () => {
    const view = { ...initialView('fit'), offset: 25 };
    assert.deepEqual([view.fit, view.pageSize], [true, 10]);
    assert.equal(fitRows(8)({ ...view, expanded: ['a'] }).pageSize, 10);
    assert.deepEqual([fitRows(8)(view).pageSize, fitRows(8)(view).offset], [8, 24]);
    assert.equal(fitRows(8)(showPageSize(25)(view)).pageSize, 25);
    assert.equal(fitRows(8)(showFit(showPageSize(25)(view))).pageSize, 8);
  });
});

describe('lines of a row', () => {
  it('are up to three where there is room', () => {
    assert.deepEqual(
      [30, 10, 8].map((rows) => linesFor(600, rows, 18)),
      [1, 2, 3],
    );
    assert.equal(linesFor(600, 1, 18), 3);
    assert.equal(linesFor(0, 10, 18), 1);
  });

  it('are fewer before fewer than five rows are in sight', () => {
    assert.deepEqual(
      [600, 250, 150].map((room) => linesToFit(room, 18)),
      [3, 2, 1],
    );
  });
});
