/** A large file of JSON Lines, as a trainer writes its completions. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

const million = 1_000_000;
/** Prompts. */
export const samples = 512;
const completions = 4;
const words = 'the model answers with a sentence about orders whose parts are written as json and so on'.split(' ');

/** Completions of a trainer with two rewards. @returns how many rows */
export async function writeCompletions(file: string, megabytes: number): Promise<number> {
  const out = createWriteStream(file);
  let [rows, bytes] = [0, 0];
  while (bytes < megabytes * million) {
    let piece = '';
    for (let row = 0; row < 1000; row += 1) piece += `${JSON.stringify(completionRow(rows + row))}\n`;
    rows += 1000;
    bytes += piece.length;
    if (!out.write(piece)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
  return rows;
}

/** One of them. */
export function completionRow(place: number) {
  const sample = Math.floor(place / completions) % samples;
  return {
    step: Math.floor(place / (samples * completions)) * 10,
    prompt: `Question ${sample}: ${text(sample, 30)}`,
    completion: text(place, 60),
    accuracy_reward: (place % 3) / 2,
    format_reward: place % 2,
    advantage: (place % 7) / 3 - 1,
  };
}

function text(seed: number, length: number): string {
  return Array.from({ length }, (_, at) => words[(seed * 7 + at * 13) % words.length]).join(' ');
}
