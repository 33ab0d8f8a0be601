/** How a row of the benchmark is measured and told: one JSON line on standard output. */
import { loadavg } from 'node:os';

/** One line of the benchmark. */
export interface Result {
  name: string;
  /** What was measured, in words. */
  measured: string;
  unit: string;
  /** Median of our runs. */
  ours: number;
  /** Who or what ran beside us in the same run, and its median. */
  peer: { name: string; value: number } | null;
  /** `ours / peer`, of medians or the median of pairs. */
  ratio: number | null;
  /** In words: `ratio ≥ 0.7`. */
  target: string;
  runs: number;
  /** Largest less smallest run of ours, as a share of the median. */
  spread: number;
  met: boolean;
  /** What forbids the target on this machine, as it was measured. */
  limit?: string;
  /** Figures beside the one that counts, for plots and readers. */
  more?: Record<string, number | string>;
}

/** What must hold, of our own figure or of its ratio to the peer's. */
export interface Target {
  of: 'ours' | 'ratio';
  atLeast?: number;
  atMost?: number;
}

export interface Measured {
  name: string;
  measured: string;
  unit: string;
  /** One figure a run. */
  ours: readonly number[];
  /**
   * One figure a run. Where each belongs to the run of ours at its place, as both were measured at one moment, the ratio
   * is the median of those of the pairs: what slows the machine for a while is in both sides of a pair.
   */
  peer?: { name: string; values: readonly number[]; paired?: boolean };
  target: Target;
  limit?: string;
  more?: Record<string, number | string>;
}

export interface Comparison extends Omit<Measured, 'ours' | 'peer'> {
  /** One run; gives the figure. */
  ours: () => number | Promise<number>;
  peer?: { name: string; run: () => number | Promise<number> };
  /** After one warm-up each; default 7. */
  runs?: number;
}

/** Runs both sides in turn, so that noise of the machine meets both, and reports the medians. */
export async function compare({ ours, peer, runs = 7, ...told }: Comparison): Promise<Result> {
  const our: number[] = [];
  const their: number[] = [];
  for (let run = -1; run < runs; run += 1) {
    const figure = await ours();
    const other = await peer?.run();
    // The first of each warms up.
    if (run < 0) continue;
    our.push(figure);
    if (other !== undefined) their.push(other);
  }
  return report({ ...told, ours: our, ...(peer && { peer: { name: peer.name, values: their, paired: true } }) });
}

/** Prints a row whose runs are over. */
export function report({ name, measured, unit, ours, peer, target, limit, more }: Measured): Result {
  const our = median(ours);
  const other = peer === undefined ? null : { name: peer.name, value: rounded(median(peer.values)) };
  const ratio = peer === undefined ? null : ratioOf(ours, peer);
  const met = holds(target, target.of === 'ours' ? our : ratio);
  const result: Result = {
    name,
    measured,
    unit,
    ours: rounded(our),
    peer: other,
    ratio: ratio === null ? null : rounded(ratio),
    target: inWords(target, unit),
    runs: ours.length,
    spread: our === 0 ? 0 : rounded((Math.max(...ours) - Math.min(...ours)) / our),
    met,
    ...(!met && limit !== undefined && { limit }),
    more: { load: rounded(loadavg()[0] ?? 0), ...more },
  };
  console.log(JSON.stringify(result));
  return result;
}

function ratioOf(ours: readonly number[], { values, paired = false }: NonNullable<Measured['peer']>): number {
  if (!paired) return median(ours) / median(values);
  if (values.length !== ours.length) throw new Error(`${ours.length} runs cannot be paired with ${values.length}`);
  return median(ours.map((our, run) => our / (values[run] ?? Number.NaN)));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Nearest rank, `share` in 0..1; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  if (share === 0.5 && sorted.length % 2 === 0) {
    const middle = sorted.length / 2;
    return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
  }
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

/** Collects garbage and gives the bytes that the heap and buffers outside of it still hold. */
export function heldMemory(): number {
  if (globalThis.gc === undefined) throw new Error('Run with --expose-gc.');
  for (let round = 0; round < 3; round += 1) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function holds({ atLeast, atMost }: Target, value: number | null): boolean {
  if (value === null || Number.isNaN(value)) return false;
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}

function inWords({ of, atLeast, atMost }: Target, unit: string): string {
  const sides = [atLeast !== undefined && `≥ ${atLeast}`, atMost !== undefined && `≤ ${atMost}`].filter(Boolean);
  return `${of === 'ratio' ? 'ratio' : unit} ${sides.join(' and ')}`;
}

/** Three digits that count. */
function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(Math.abs(value) >= 1000 ? 6 : 3)) : value;
}
