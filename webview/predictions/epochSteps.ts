import type { EpochSummary } from '../../src/wire/responses.ts';

/** What brings one list of epochs to another. `before` is the epoch that comes next in the list; null at its end. */
export type EpochStep =
  | { kind: 'put'; summary: EpochSummary; before: number | null }
  | { kind: 'change'; summary: EpochSummary }
  | { kind: 'remove'; epoch: number };

/**
 * The steps from one list of epochs to another, both newest first. An epoch that is told by the very same object is
 * passed over without a look at it.
 */
export function epochSteps(from: readonly EpochSummary[], to: readonly EpochSummary[]): EpochStep[] {
  const steps: EpochStep[] = [];
  let place = 0;
  for (const summary of to) {
    let held = from[place];
    while (held !== undefined && held.epoch > summary.epoch) {
      steps.push({ kind: 'remove', epoch: held.epoch });
      place += 1;
      held = from[place];
    }
    if (held?.epoch !== summary.epoch) steps.push({ kind: 'put', summary, before: held?.epoch ?? null });
    else {
      if (held !== summary) steps.push({ kind: 'change', summary });
      place += 1;
    }
  }
  for (const { epoch } of from.slice(place)) steps.push({ kind: 'remove', epoch });
  return steps;
}
