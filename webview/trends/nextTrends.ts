import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { ascendingCheckpoints, ascendingEpochs, withChanged } from '../changed.ts';

type Trends = HostMessageOf<'trends'>;

/** The trends to show, with all epochs, after a message that may tell of the changed ones only. */
export function nextTrends(shown: Trends | null, arrived: Trends): Trends {
  const { points, changes, allEpochs, overlay } = arrived;
  const over = shown?.overlay;
  return {
    ...arrived,
    points: allEpochs ? points : withChanged(shown?.points ?? [], points, ascendingEpochs),
    changes: allEpochs ? changes : withChanged(shown?.changes ?? [], changes, ascendingCheckpoints),
    overlay:
      overlay === null || overlay.allEpochs
        ? overlay
        : { ...overlay, points: withChanged(over?.points ?? [], overlay.points, ascendingEpochs) },
  };
}
