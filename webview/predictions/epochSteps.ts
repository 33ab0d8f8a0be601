/** What the filter offers: a whole epoch, or one checkpoint of it. */
export interface Part {
  readonly epoch: number;
  readonly step?: number;
}

/** Names a part among those of its job: a whole epoch by its number. */
export type PartKey = number | string;

/** What brings one list of parts to another. `before` is the part that comes next in the list; null at its end. */
export type EpochStep<P extends Part> =
  | { kind: 'put'; summary: P; before: PartKey | null }
  | { kind: 'change'; summary: P }
  | { kind: 'remove'; epoch: PartKey };

export function partKey({ epoch, step }: Part): PartKey {
  return step === undefined ? epoch : `${epoch} ${step}`;
}

/** Newest first; a whole epoch stands before its checkpoints. */
export function compareParts(a: Part, b: Part): number {
  if (a.epoch !== b.epoch || a.step === b.step) return b.epoch - a.epoch;
  return (b.step ?? Number.POSITIVE_INFINITY) - (a.step ?? Number.POSITIVE_INFINITY);
}

/**
 * The steps from one list of parts to another, both in the order of `compareParts`. One that is told by the very same
 * object is passed over without a look at it.
 */
export function epochSteps<P extends Part>(from: readonly P[], to: readonly P[]): EpochStep<P>[] {
  const steps: EpochStep<P>[] = [];
  let place = 0;
  for (const summary of to) {
    let held = from[place];
    while (held !== undefined && compareParts(held, summary) < 0) {
      steps.push({ kind: 'remove', epoch: partKey(held) });
      place += 1;
      held = from[place];
    }
    if (held === undefined || compareParts(held, summary) !== 0) {
      steps.push({ kind: 'put', summary, before: held === undefined ? null : partKey(held) });
    } else {
      if (held !== summary) steps.push({ kind: 'change', summary });
      place += 1;
    }
  }
  for (const held of from.slice(place)) steps.push({ kind: 'remove', epoch: partKey(held) });
  return steps;
}
