import { createHash } from 'node:crypto';
import { mostLevels } from '../wire/depth.ts';

/** What a server sent and this version cannot read: counted, so that nothing is dropped in silence. */
export class Unreadable {
  /** Rows by epoch (null where none can be told), by id or, without one, by their text. */
  readonly #rows = new Map<number | null, Set<string>>();
  /** In how many epochs each is: with thousands of both, nobody could look through them for every row. */
  readonly #epochsOf = new Map<string, number>();
  #rowCount = 0;
  /** Events by name. */
  readonly #events = new Map<string, number>();

  /** All that was unreadable, for people. */
  get total(): number {
    let events = 0;
    for (const count of this.#events.values()) events += count;
    return Math.max(events, this.rows);
  }

  /** Rows that are on the server and not in the store. */
  get rows(): number {
    return this.#rowCount;
  }

  /** Rows of each epoch, as far as it can be told. */
  byEpoch(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const [epoch, rows] of this.#rows) if (epoch !== null) counts.set(epoch, rows.size);
    return counts;
  }

  add(row: unknown, epoch: number | null): void {
    const identity = identityOf(row);
    // A reading of the whole job may not tell an epoch that a reading of the epoch did.
    if (epoch === null && this.#epochsOf.has(identity)) return;
    const place = epoch ?? epochOf(row);
    const rows = this.#rows.get(place) ?? new Set();
    this.#rows.set(place, rows);
    if (!rows.has(identity)) this.#count(identity, 1);
    rows.add(identity);
    // What could not be placed before may be placed now.
    if (place !== null && this.#rows.get(null)?.delete(identity)) this.#count(identity, -1);
  }

  /** A row can be read after all. */
  remove(id: string): void {
    const identity = shortened(id);
    if (!this.#epochsOf.has(identity)) return;
    for (const rows of this.#rows.values()) if (rows.delete(identity)) this.#count(identity, -1);
  }

  /** Counts an event that could not be read. @returns whether it is the first of its name */
  note(event: string): boolean {
    const count = this.#events.get(event) ?? 0;
    this.#events.set(event, count + 1);
    return count === 0;
  }

  clear(): void {
    this.#rows.clear();
    this.#epochsOf.clear();
    this.#rowCount = 0;
    this.#events.clear();
  }

  #count(identity: string, change: 1 | -1): void {
    this.#rowCount += change;
    const epochs = (this.#epochsOf.get(identity) ?? 0) + change;
    if (epochs === 0) this.#epochsOf.delete(identity);
    else this.#epochsOf.set(identity, epochs);
  }
}

function epochOf(row: unknown): number | null {
  return typeof row === 'object' && row !== null && 'epoch' in row && typeof row.epoch === 'number' ? row.epoch : null;
}

function identityOf(row: unknown): string {
  if (typeof row === 'object' && row !== null && 'id' in row && typeof row.id === 'string') return shortened(row.id);
  return shortened(JSON.stringify(upperLevels(row, mostLevels)));
}

/** A row may be of any length, and thousands of them unreadable. */
function shortened(identity: string): string {
  return identity.length <= 100 ? identity : createHash('sha256').update(identity).digest('base64');
}

/** The value without what lies deeper, which nothing could write. */
function upperLevels(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return null;
  if (Array.isArray(value)) return value.map((inner) => upperLevels(inner, levels - 1));
  return Object.entries(value).map(([name, inner]) => [name, upperLevels(inner, levels - 1)]);
}
