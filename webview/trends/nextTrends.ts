import type { CheckpointChanges } from '../../src/model/marks.ts';
import { compareTexts } from '../../src/model/order.ts';
import type { ChartPoint, PackedChanges, PackedPoint, ToldCheckpoints } from '../../src/panel/protocol/trends.ts';
import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { ascendingCheckpoints, withChanged } from '../changed.ts';

type Message = HostMessageOf<'trends'>;

/** What the charts draw of a job, and of one laid over it. */
export interface Trends extends Pick<Message, 'scores' | 'groups' | 'others'> {
  /** Ascending by checkpoint, then source. */
  points: ChartPoint[];
  /** Ascending by checkpoint. */
  changes: CheckpointChanges[];
  overlay: { key: string; title: string; points: ChartPoint[] } | null;
}

/** The trends to show, with all checkpoints, after a message that may tell of the changed ones only. */
export function nextTrends(shown: Trends | null, { overlay, others, ...arrived }: Message): Trends {
  const known = arrived.allCheckpoints ? null : shown;
  const { points, changes } = JSON.parse(arrived.checkpoints) as ToldCheckpoints;
  const over = overlay?.allCheckpoints === true ? null : shown?.overlay;
  return {
    others,
    groups: arrived.groups,
    // The same object as long as it says the same: what is drawn by it is made anew with it.
    scores: shown !== null && isSame(shown.scores, arrived.scores) ? shown.scores : arrived.scores,
    points: joined(known?.points, points.map(pointOf), ascendingPoints),
    changes: joined(known?.changes, changes.map(changesOf), ascendingCheckpoints),
    overlay: overlay && {
      key: overlay.key,
      title: overlay.title,
      points: joined(
        over?.points,
        (JSON.parse(overlay.checkpoints) as ToldCheckpoints).points.map(pointOf),
        ascendingPoints,
      ),
    },
  };
}

/** @param known undefined where all were told */
function joined<T>(known: T[] | undefined, told: T[], compare: (a: T, b: T) => number): T[] {
  return known === undefined ? told : withChanged(known, told, compare);
}

function pointOf([epoch, step, source, samples, predictions, ...scores]: PackedPoint): ChartPoint {
  return { epoch, step, source, samples, predictions, scores };
}

function changesOf([epoch, step, improved, regressed, unchanged]: PackedChanges): CheckpointChanges {
  return { epoch, step, improved, regressed, unchanged };
}

const ascendingPoints = (a: ChartPoint, b: ChartPoint): number =>
  ascendingCheckpoints(a, b) || compareTexts(a.source, b.source);

function isSame(one: Message['scores'], other: Message['scores']): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
