import { chatOf } from '../model/chats/chat.ts';
import { wholePrompt } from '../model/chats/chatText.ts';
import { picturesOf } from '../tables/shapes/texts.ts';
import type { MadeRow } from './formats/format.ts';
import type { Positions } from './positions.ts';
import { hashOf } from './rowIds.ts';

/** Samples of checkpoints whose completions are counted at once in one file. Older ones begin at 0 again. */
const mostCounted = 200_000;

/** A row with all numbers that a prediction has. */
export type NumberedRow = MadeRow & { readonly epoch: number; readonly sample_index: number };

/**
 * Numbers the rows of one file, from its first row on: samples by their prompts with the pictures beside them, of each source by itself; completions by
 * how often a sample came at a checkpoint. The same rows get the same numbers, whenever they are read.
 */
export class Numbering {
  readonly #positions: Positions;
  #counts = new Map<string, number>();
  /** The row before: those of one sample mostly stand together. */
  #last: { source: string; prompt: string; sample: number } | undefined;

  constructor(positions: Positions) {
    this.#positions = positions;
  }

  number(row: MadeRow): NumberedRow {
    const source = typeof row['sample_source'] === 'string' ? row['sample_source'] : '';
    const epoch = Number(row['epoch'] ?? 0);
    const asked = (): string => wholePrompt(row.prompt, chatOf(row['messages'])) + picturesOf(row);
    const sample = Number(row['sample_index'] ?? this.#sampleOf(source, asked()));
    const numbered = { epoch, sample_index: sample, ...row };
    if (row['completion_index'] != null) return numbered;
    return { ...numbered, completion_index: this.#next(JSON.stringify([source, epoch, row.step, sample])) };
  }

  #sampleOf(source: string, prompt: string): number {
    const last = this.#last;
    if (last?.prompt === prompt && last.source === source) return last.sample;
    const sample = this.#positions.sample(source, hashOf(prompt));
    this.#last = { source, prompt, sample };
    return sample;
  }

  #next(key: string): number {
    const index = this.#counts.get(key) ?? 0;
    if (this.#counts.size >= mostCounted && index === 0) {
      this.#counts = new Map([...this.#counts].slice(mostCounted / 2));
    }
    this.#counts.set(key, index + 1);
    return index;
  }
}
