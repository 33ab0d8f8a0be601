/** Whether predictions stay away for longer than usual. Pure; all times are in ms. */

export interface Silence {
  /** The last arrival, or the moment since which arrivals can be seen. */
  readonly since: number;
  /** Whether `since` is an arrival: only then is the time to the next one a pause of the run. */
  readonly fromArrival: boolean;
  /** The latest pauses between arrivals. */
  readonly pauses: readonly number[];
  readonly held: number;
  readonly told: boolean;
}

/** Rows of one batch, and of batches sent at once, are one arrival. */
const shortestPause = 1000;
const pausesKept = 20;
/** Before so many pauses were seen nobody can say what is usual. */
const pausesNeeded = 2;
/** So many times the longest pause … */
const patience = 3;
/** … and never less than this. */
const leastPatience = 2 * 60_000;

export function beginSilence(held: number, now: number): Silence {
  return { since: now, fromArrival: false, pauses: [], held, told: false };
}

/** Arrivals cannot be seen for now; what was learned of the pauses stays. */
export function interrupt(silence: Silence, held: number, now: number): Silence {
  return { ...silence, since: now, fromArrival: false, held };
}

/** So many predictions are held now. */
export function hear(silence: Silence, held: number, now: number): Silence {
  if (held <= silence.held) return silence;
  const pause = now - silence.since;
  const isPause = silence.fromArrival && pause >= shortestPause;
  const pauses = isPause ? [...silence.pauses, pause].slice(-pausesKept) : silence.pauses;
  return { since: now, fromArrival: true, pauses, held, told: false };
}

/** The longest pause that was usual so far; null while that cannot be said. */
export function usualPause({ pauses }: Silence): number | null {
  return pauses.length < pausesNeeded ? null : Math.max(...pauses);
}

/** How long nothing came, when that is longer than usual; null otherwise. */
export function unusualSilence(silence: Silence, now: number): number | null {
  const usual = usualPause(silence);
  const quiet = now - silence.since;
  return usual !== null && quiet > Math.max(patience * usual, leastPatience) ? quiet : null;
}
