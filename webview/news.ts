import type { ConnectionLabel, Counts } from '../src/panel/protocol.ts';
import type { Formats } from './texts/formats.ts';

/** What was told of arrivals so far. */
export interface Told {
  /** Predictions held by then; null before the first snapshot is over. */
  held: number | null;
  /** When something was last told, in ms since 1970. */
  at: number;
}

export interface Heard {
  counts: Pick<Counts, 'held' | 'newestEpoch' | 'newestStep'>;
  label: ConnectionLabel;
  /** The first snapshot is over. */
  settled: boolean;
  /** In ms since 1970. */
  now: number;
}

/** Between two announcements, in ms. */
const interval = 5000;

/**
 * Sums up arrivals for screen readers: "5 new predictions, epoch 3", or "step 650" where that names a checkpoint, and no more often than the interval allows.
 *
 * @returns what was told now, the text to say if any, and in how many ms to ask again where something has to wait
 */
export function nextNews(
  told: Told,
  { counts, label, settled, now }: Heard,
  formats: Formats,
): { told: Told; text: string | null; wait: number | null } {
  const { held, newestEpoch, newestStep } = counts;
  if (!settled) return { told: { ...told, held: null }, text: null, wait: null };
  // Fewer than before: another life of the job.
  if (told.held === null || held < told.held) return { told: { ...told, held }, text: null, wait: null };
  if (held === told.held || label !== 'Live') return { told, text: null, wait: null };
  const wait = told.at + interval - now;
  if (wait > 0) return { told, text: null, wait };
  const fresh = held - told.held;
  const text = `${formats.count(fresh)} new prediction${fresh === 1 ? '' : 's'}`;
  return {
    told: { held, at: now },
    text: newestEpoch === null ? text : `${text}, ${checkpointName(newestEpoch, newestStep, formats)}`,
    wait: null,
  };
}

function checkpointName(epoch: number, step: number | null, formats: Formats): string {
  return step === null ? `epoch ${formats.count(epoch)}` : `step ${formats.count(step)}`;
}
