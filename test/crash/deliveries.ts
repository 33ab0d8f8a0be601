/** How what a trainer writes comes to be at its place. */
import { appendFileSync, mkdirSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../support/random.ts';

/** Changes a file from what it was, which is empty for none, to what it is to be. */
export type Delivery = (path: string, before: Buffer, after: Buffer, random: Random) => Promise<void>;

/** As a program writes: at its place, in pieces that end anywhere; what does not go on is cut off first. */
export const inPieces: Delivery = async (path, before, after, random) => {
  mkdirSync(dirname(path), { recursive: true });
  const goesOn = after.subarray(0, before.length).equals(before);
  if (!goesOn) truncateSync(path, 0);
  await addPieces(path, after.subarray(goesOn ? before.length : 0), random);
};

/**
 * As rsync brings what is written elsewhere: under a name that nobody knows, with the time of what it is a copy of, and then
 * renamed to its place. At times it comes while half is written there.
 */
export const byCopy: Delivery = async (path, before, after, random) => {
  const goesOn = after.subarray(0, before.length).equals(before);
  if (random.chance(0.4)) {
    const half = random.between(goesOn ? before.length : 0, after.length);
    await copied(path, after.subarray(0, half), random);
    await sleep(random.between(0, 100));
  }
  await copied(path, after, random);
};

async function copied(path: string, content: Buffer, random: Random): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const written = new Date();
  const letters = random.between(36 ** 5, 36 ** 6 - 1).toString(36);
  const fresh = join(dirname(path), `.${basename(path)}.${letters}`);
  writeFileSync(fresh, '');
  await addPieces(fresh, content, random);
  utimesSync(fresh, written, written);
  renameSync(fresh, path);
}

/** Some of a few hundred bytes; a dozen where there are many. */
async function addPieces(path: string, content: Buffer, random: Random): Promise<void> {
  const longest = Math.max(1500, Math.ceil(content.length / 6));
  for (let at = 0; at < content.length; ) {
    const end = Math.min(content.length, at + random.between(1, longest));
    appendFileSync(path, content.subarray(at, end));
    at = end;
    await sleep(random.between(0, 20));
  }
}
