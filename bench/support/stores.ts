/** Stores as the extension has them, filled with a large run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { initialView } from '../../src/panel/initialView.ts';
import { PredictionStore } from '../../src/store/predictionStore.ts';
import { SpillFolder } from '../../src/store/spillFolder.ts';
import type { TextStorage } from '../../src/watch/textStorage.ts';
import { largePrediction } from './largeRun.ts';

/** The default of `trainingPredictions.maxPredictionsInMemory`. */
const inMemory = 100_000;

const folder = mkdtempSync(path.join(tmpdir(), 'bench-texts-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Where texts go that are too much for the memory, as in the extension. */
export function textStorage(): TextStorage {
  const files = new SpillFolder(folder);
  return {
    limit: () => inMemory,
    file: () => files.file(),
    tell: (problem) => {
      throw new Error(problem);
    },
  };
}

/** A store that holds so many predictions, those beyond the default limit in a file. */
export async function filledStore(count: number, made = largePrediction): Promise<PredictionStore> {
  const store = new PredictionStore({
    ...textStorage(),
    writing: (problem) => {
      throw problem ?? new Error('writing was told of as failed');
    },
    lost: (error) => {
      throw error;
    },
  });
  for (let n = 0; n < count; n += 1) {
    store.add(made(n));
    // The file is written between two turns.
    if (n % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  while (store.textsInMemory > inMemory + 1000) await new Promise((resolve) => setTimeout(resolve, 10));
  return store;
}

/** What a panel shows first. */
export const firstView = initialView(10);
