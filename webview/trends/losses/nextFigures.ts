import type { HostMessageOf } from '../../../src/panel/protocol.ts';
import type { LossLines } from './losses.ts';

/** What a trainer logs beside losses and learning rate. */
export interface Figures {
  /** Group by group. */
  readonly names: readonly string[];
  /** How many others are not held because there are too many. */
  readonly leftOut: number;
  /** Of those that have a chart. */
  readonly lines: ReadonlyMap<string, LossLines>;
}

export const noFigures: Figures = { names: [], leftOut: 0, lines: new Map() };

/** The figures after a message that may tell of the changed ones only; the same where it tells nothing new. */
export function nextFigures(shown: Figures, { names, leftOut, figures }: HostMessageOf<'losses'>): Figures {
  if (names === null && leftOut === shown.leftOut && figures.length === 0) return shown;
  const lines = new Map(shown.lines);
  for (const [name, line] of figures) lines.set(name, { value: line });
  return { names: names ?? shown.names, leftOut, lines };
}
