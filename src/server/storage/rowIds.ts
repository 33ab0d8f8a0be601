import { randomUUID } from 'node:crypto';

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A UUID as it is kept, since it is compared without case; undefined for any other text. */
export function uuidOf(id: string): string | undefined {
  if (id.length !== 36) return undefined;
  // Those that were made here are in lower case, as nearly all are.
  if (uuidForm.test(id)) return id;
  const lower = id.toLowerCase();
  return uuidForm.test(lower) ? lower : undefined;
}

/**
 * What a row is found by whose id is this UUID: 52 of its bits, which a double holds. Those that another row has too are
 * told apart by the whole id. Of a UUID that begins with its time they grow with it, so that an index grows at its end.
 */
export function idKey(uuid: string): number {
  return Number.parseInt(uuid.slice(2, 8) + uuid.slice(9, 13) + uuid.slice(15, 18), 16);
}

/** Null for an id that is no UUID. */
export function idKeyOf(id: string): number | null {
  const uuid = uuidOf(id);
  return uuid === undefined ? null : idKey(uuid);
}

const counts = Array.from({ length: 0x1000 }, (_, count) => count.toString(16).padStart(3, '0'));
let [time, timeText, made, random] = [0, '', 0, ''];

/**
 * An id for a row: a UUID of version 7 (RFC 9562), of which one process makes each later than the one before. Those of one
 * millisecond have the same random bits and are told apart by their count.
 */
export function newRowId(): string {
  const now = Date.now();
  if (now > time) begin(now);
  // What one millisecond has no number for gets one of the next.
  else if (made === counts.length) begin(time + 1);
  const count = counts[made];
  made += 1;
  return timeText + count + random;
}

/** @param milliseconds since 1970 */
function begin(milliseconds: number): void {
  const text = milliseconds.toString(16).padStart(12, '0');
  [time, timeText, made] = [milliseconds, `${text.slice(0, 8)}-${text.slice(8)}-7`, 0];
  random = randomUUID().slice(18);
}
