import { placeIn } from '../../model/ascending.ts';

/** Sequence numbers that follow each other and are not held: `count` of them, the first one after `after`. */
export interface Gap {
  readonly after: number;
  readonly count: number;
}

interface Range {
  first: number;
  last: number;
}

/** The sequence numbers of the rows that are held, as ranges: a job's have no holes, so there are few. */
export class HeldSequences {
  /** Ascending; no two of them touch. */
  #ranges: Range[] = [];

  /** No row that is held says its sequence number. */
  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  /** The largest; 0 where there is none. */
  get last(): number {
    return this.#ranges.at(-1)?.last ?? 0;
  }

  /** Takes the number that a row says, if it says one. */
  addOf(row: unknown): void {
    const seq = sequenceOf(row);
    if (seq !== undefined) this.#add(seq);
  }

  /** What is missing below the largest, newest first. */
  gaps(): Gap[] {
    return this.#ranges
      .map(({ first }, index) => {
        const after = this.#ranges[index - 1]?.last ?? 0;
        return { after, count: first - after - 1 };
      })
      .filter(({ count }) => count > 0)
      .reverse();
  }

  clear(): void {
    this.#ranges = [];
  }

  #add(seq: number): void {
    const ranges = this.#ranges;
    // Mostly the next one of the newest rows.
    const last = ranges.at(-1);
    const place = last !== undefined && seq > last.last ? ranges.length : placeIn(ranges, (range) => range.last < seq);
    const [before, after] = [ranges[place - 1], ranges[place]];
    if (after !== undefined && after.first <= seq) return;
    const follows = before?.last === seq - 1;
    const precedes = after?.first === seq + 1;
    if (follows && precedes && before !== undefined && after !== undefined) {
      before.last = after.last;
      ranges.splice(place, 1);
    } else if (follows && before !== undefined) before.last = seq;
    else if (precedes && after !== undefined) after.first = seq;
    else ranges.splice(place, 0, { first: seq, last: seq });
  }
}

/** The sequence number that a row says; undefined where it says none. */
export function sequenceOf(row: unknown): number | undefined {
  const seq = typeof row === 'object' && row !== null && 'seq' in row ? row.seq : undefined;
  return typeof seq === 'number' && Number.isSafeInteger(seq) && seq > 0 ? seq : undefined;
}
