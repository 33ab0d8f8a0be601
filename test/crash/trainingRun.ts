/** A run that a trainer writes, and what of it counts in the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../support/random.ts';
import type { Fields } from '../support/serverClient.ts';
import type { Delivery } from './deliveries.ts';
import type { Answer, Held, Trainer, TrainerFile } from './trainers.ts';

const prompts = 4;
const completions = 3;

/** What one writing of a step is, in a file. */
interface Part {
  readonly step: number;
  readonly answers: readonly Answer[];
}

/** A file as it is now. */
interface Written {
  readonly file: TrainerFile;
  content: Buffer;
  parts: Part[];
}

export interface RunOptions {
  readonly trainer: Trainer;
  readonly folder: string;
  readonly delivery: Delivery;
  /** Whether files are written anew too. */
  readonly rewrites: boolean;
  readonly random: Random;
}

export class TrainingRun {
  readonly job: string;
  /** What is followed. */
  readonly path: string;
  readonly #options: RunOptions;
  /** By path. */
  readonly #files = new Map<string, Written>();
  /** All rows that ever stood in a file. */
  readonly #everWritten = new Set<string>();
  #writings = 0;

  constructor(options: RunOptions) {
    const { trainer, folder } = options;
    this.job = trainer.name;
    this.path = trainer.follows?.(folder) ?? folder;
    this.#options = options;
  }

  /** Files that were written. */
  get files(): number {
    return this.#files.size;
  }

  /** Writes step after step until `isOver`, and then to the end of what was begun. */
  async write(isOver: () => boolean): Promise<void> {
    const { trainer, folder, rewrites, random } = this.#options;
    for (let step = 1; !isOver(); step += 1) {
      for (const file of trainer.files) {
        const path = file.path(folder, step);
        const written = this.#files.get(path) ?? { file, content: Buffer.alloc(0), parts: [] };
        this.#files.set(path, written);
        await this.#change(path, [...written.parts, this.#part(file, step)]);
      }
      if (rewrites && !isOver()) await this.#rewriteOne();
      await sleep(random.between(50, 400));
    }
  }

  /** What the server is to hold of what the files are now, in no order: each row once. */
  expected(): string[] {
    return [...this.#files.values()].flatMap(({ file, parts }) => rowsOf(file, parts));
  }

  /** Whether a row, as it is held, stood in a file at any time. */
  wasWritten(row: string): boolean {
    return this.#everWritten.has(row);
  }

  /** One of the newest: with other answers, at times fewer, or the same again. The longer it is, the seldomer. */
  async #rewriteOne(): Promise<void> {
    const { random } = this.#options;
    const newest = [...this.#files].slice(-12);
    const [path, written] = newest[random.between(0, newest.length - 1)] ?? [];
    if (path === undefined || written === undefined) return;
    if (!random.chance(1 / (1 + written.parts.length))) return;
    const fewer = random.chance(0.3) ? random.between(1, completions) : 0;
    const anew = written.parts.map(({ step }) => this.#part(written.file, step, fewer));
    await this.#change(path, random.chance(0.2) ? written.parts : anew);
  }

  async #change(path: string, parts: Part[]): Promise<void> {
    const { delivery, random } = this.#options;
    const written = this.#files.get(path);
    if (written === undefined) return;
    const { file, content } = written;
    for (const row of rowsOf(file, parts)) this.#everWritten.add(row);
    written.parts = parts;
    written.content = Buffer.concat(parts.map(({ step, answers }) => file.content(step, answers)));
    await delivery(path, content, written.content, random);
  }

  /** Answers of one step: each prompt several times. @param fewer so many of the last ones are missing */
  #part(file: TrainerFile, step: number, fewer = 0): Part {
    this.#writings += 1;
    const answers = Array.from({ length: prompts * completions - fewer }, (_, index) => ({
      sample: Math.floor(index / completions),
      completion: index % completions,
      text: `${this.job} ${file.source ?? ''} ${this.#writings}.${index} ü`,
      score: index / 8,
    }));
    return { step, answers };
  }
}

function rowsOf(file: TrainerFile, parts: readonly Part[]): string[] {
  return parts.flatMap(({ step, answers }) =>
    answers.map((answer) => {
      const { sample, completion } = answer;
      return told({ step, sample_index: sample, completion_index: completion, source: file.source }, file.held(answer));
    }),
  );
}

/** A row that a server holds, in the words of `expected`. */
export function heldRow(row: Fields): string {
  const { step, sample_index, completion_index, sample_source: source, prompt, prediction, reward } = row;
  const scores = (row['scores'] ?? { reward }) as Fields;
  return told(
    { step, sample_index, completion_index, source },
    { prompt: String(prompt), prediction: String(prediction), scores },
  );
}

function told(place: Fields, { prompt, prediction, scores }: Held): string {
  const inOrder = Object.entries(scores).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({ ...place, source: place['source'] ?? undefined, prompt, prediction, scores: inOrder });
}
