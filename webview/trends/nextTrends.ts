import { compareTexts } from '../../src/model/order.ts';
import type { ChartPoint, HostMessageOf } from '../../src/panel/protocol.ts';
import { ascendingCheckpoints, withChanged } from '../changed.ts';

type Trends = HostMessageOf<'trends'>;

/** The trends to show, with all checkpoints, after a message that may tell of the changed ones only. */
export function nextTrends(shown: Trends | null, arrived: Trends): Trends {
  const { points, changes, allCheckpoints, overlay } = arrived;
  const over = shown?.overlay;
  return {
    ...arrived,
    // The same object as long as it says the same: what is drawn by it is made anew with it.
    scores: isSame(shown?.scores, arrived.scores) ? (shown?.scores ?? arrived.scores) : arrived.scores,
    points: allCheckpoints ? points : withChanged(shown?.points ?? [], points, ascendingPoints),
    changes: allCheckpoints ? changes : withChanged(shown?.changes ?? [], changes, ascendingCheckpoints),
    overlay:
      overlay === null || overlay.allCheckpoints
        ? overlay
        : { ...overlay, points: withChanged(over?.points ?? [], overlay.points, ascendingPoints) },
  };
}

const ascendingPoints = (a: ChartPoint, b: ChartPoint): number =>
  ascendingCheckpoints(a, b) || compareTexts(a.source, b.source);

function isSame(one: Trends['scores'] | undefined, other: Trends['scores']): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}
