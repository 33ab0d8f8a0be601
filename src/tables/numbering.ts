import { createHash } from 'node:crypto';
import { placeIn } from '../model/ascending.ts';
import { chatOf } from '../model/chats/chat.ts';
import { wholePrompt } from '../model/chats/chatText.ts';
import type { Mapping } from './columns.ts';
import type { Imported } from './rows.ts';

/** Of longer names, which may hold images, a hash is kept, in characters. */
const longestName = 1000;

/**
 * Numbers what a table does not number. Samples: by their prompts, in the order in which these come. Checkpoints: a table
 * with steps alone has epoch 0 throughout, one with epochs alone has these as steps, and in one without either the n-th
 * time that a sample comes is epoch n, step n. A table is read twice, and the second reading gives the same numbers.
 */
export class Numbering {
  readonly #hasEpoch: boolean;
  readonly #hasStep: boolean;
  readonly #hasSample: boolean;
  /** Where a row has its prompt as it was in the table, if that was more than a text. */
  readonly #wholePrompt: string;
  /** By name, or by prompt. */
  readonly #samples = new Map<string, number>();
  /** How often each completion of a sample came, in this reading. */
  #occurrences = new Map<string, number>();
  /** Of rows with both, in the first reading. */
  readonly #epochsOfSteps = new Map<number, number>();
  #knownSteps: number[] = [];
  readonly #epochs = new Set<number>();
  /** Where some epochs are fractions and there are no steps. */
  #stepsOfEpochs: ReadonlyMap<number, number> = new Map();

  constructor({ roles }: Mapping) {
    this.#hasEpoch = roles.epoch !== undefined;
    this.#hasStep = roles.step !== undefined;
    this.#hasSample = roles.sample_index !== undefined;
    const { prompt = 'prompt' } = roles;
    this.#wholePrompt = prompt === 'prompt' ? 'original_prompt' : prompt;
  }

  /** The number of a sample that has a name. */
  sampleOfName(name: string): number {
    return this.#sampleOf(name);
  }

  /** Fills in the numbers that a row lacks. In the first reading those of a checkpoint are preliminary. */
  number(row: Imported): void {
    if (!this.#hasSample) row['sample_index'] = this.#sampleOf(this.#promptOf(row));
    if (!this.#hasEpoch && !this.#hasStep) row['epoch'] = row['step'] = this.#evaluationOf(row);
    else if (!this.#hasStep) row['step'] = this.#stepOf(row['epoch']);
    else if (row['epoch'] === undefined) row['epoch'] = this.#epochOf(Number(row['step']));
    else this.#epochsOfSteps.set(Number(row['step']), Number(row['epoch']));
  }

  /** The first reading came to its end: all checkpoints are known now. */
  beginSecondReading(): void {
    this.#occurrences = new Map();
    this.#knownSteps = [...this.#epochsOfSteps.keys()].sort((a, b) => a - b);
    const epochs = [...this.#epochs].sort((a, b) => a - b);
    if (epochs.every(Number.isInteger)) return;
    // Epoch 0 is the model before its training.
    const first = epochs[0] === 0 ? 0 : 1;
    this.#stepsOfEpochs = new Map(epochs.map((epoch, index) => [epoch, first + index]));
  }

  #evaluationOf(row: Imported): number {
    // A file of numbered samples is one evaluation.
    if (this.#hasSample) return 1;
    const completion = [row['sample_index'], row['completion_index'], row['sample_source']].join(' ');
    const times = (this.#occurrences.get(completion) ?? 0) + 1;
    this.#occurrences.set(completion, times);
    return times;
  }

  #stepOf(epoch: unknown): number | undefined {
    if (typeof epoch !== 'number') return undefined;
    this.#epochs.add(epoch);
    return this.#stepsOfEpochs.get(epoch) ?? Math.floor(epoch);
  }

  /** The epoch of a row that tells none: that of the last step before it of which one is told. */
  #epochOf(step: number): number {
    const place = placeIn(this.#knownSteps, (known) => known <= step);
    return this.#epochsOfSteps.get(this.#knownSteps[place - 1] ?? Number.NaN) ?? 0;
  }

  #promptOf(row: Imported): string {
    return wholePrompt(String(row['prompt']), chatOf(row['messages'] ?? row[this.#wholePrompt]));
  }

  #sampleOf(given: string): number {
    const name = given.length > longestName ? createHash('sha256').update(given).digest('base64') : given;
    const known = this.#samples.get(name);
    if (known !== undefined) return known;
    const next = this.#samples.size;
    this.#samples.set(name, next);
    return next;
  }
}
