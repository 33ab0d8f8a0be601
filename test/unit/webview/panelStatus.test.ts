import assert from 'node:assert/strict';
import type { Counts } from '../../../src/panel/protocol.ts';
import { nextStatus, type PanelStatus } from '../../../webview/panelStatus.ts';

const start: PanelStatus = { label: null, loading: true, settled: false };

function message(held: number, loading: boolean) {
  const none = { unreadable: 0, unreadableRows: 0, lastArrival: null, newestEpoch: null, newestStep: null };
  const counts: Counts = { held, onServer: null, caughtUp: false, ...none };
  return { connection: { label: 'Live', retryAt: null, problem: null } as const, counts, loading };
}

describe('the status that the tabs go by', () => {
  it('is settled once rows are held and the snapshot is over', () => {
    assert.equal(nextStatus(start, message(0, false)).settled, false);
    assert.equal(nextStatus(start, message(50, true)).settled, false);
    assert.equal(nextStatus(start, message(50, false)).settled, true);
  });

  it('stays settled while a later proof is read', () => {
    const settled = nextStatus(start, message(50, false));
    assert.deepEqual(nextStatus(settled, message(50, true)), { label: 'Live', loading: true, settled: true });
  });

  it('is the same object while nothing changes', () => {
    const status = nextStatus(start, message(50, false));
    assert.equal(nextStatus(status, message(51, false)), status);
  });
});
