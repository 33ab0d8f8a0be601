import { randomUUID } from 'node:crypto';

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A UUID as it is kept, since it is compared without case; undefined for any other text. */
export function uuidOf(id: string): string | undefined {
  if (id.length !== 36) return undefined;
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

let [lastTime, counter] = [0, 0];
const mostOfTime = 0x1000;

/** An id for a row: a UUID of version 7 (RFC 9562), of which one process makes each later than the one before. */
export function newRowId(): string {
  const now = Date.now();
  if (now > lastTime) [lastTime, counter] = [now, 0];
  else counter += 1;
  // Of what one millisecond has no room for, the next one's number is taken.
  if (counter === mostOfTime) [lastTime, counter] = [lastTime + 1, 0];
  const time = lastTime.toString(16).padStart(12, '0');
  const count = counter.toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${randomUUID().slice(19)}`;
}
