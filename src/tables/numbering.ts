import { placeIn } from '../model/ascending.ts';
import { cellChat, wholeText } from './chatCells.ts';
import { type Mapping, plain } from './columns.ts';
import type { Notes } from './notes.ts';
import type { Imported } from './rows.ts';
import { Counts, SampleNumbers } from './sampleNumbers.ts';

/**
 * Numbers what a table does not number. Samples: by their prompts, in the order in which these come. Checkpoints: a table
 * with steps alone has epoch 0 throughout, one with epochs alone has these as steps, and in one without either the n-th
 * time that a sample comes is epoch n, step n, in several files the n-th file. A table is read twice, and the second
 * reading gives the same numbers.
 */
export class Numbering {
  readonly #hasEpoch: boolean;
  readonly #hasStep: boolean;
  readonly #hasSample: boolean;
  /** Where a row has its prompt as it was in the table, if that was more than a text. */
  readonly #wholePrompt: string;
  #samples = new SampleNumbers();
  #completions = new SampleNumbers();
  /** How often each completion of a sample came, in this file and reading. */
  #occurrences = new Counts();
  /** By source: the evaluations of the files before, and of all up to here. */
  #before = new Map<string, number>();
  #evaluations = new Map<string, number>();
  /** Of rows with both, in the first reading. */
  readonly #epochsOfSteps = new Map<number, number>();
  #knownSteps: number[] = [];
  readonly #epochs = new Set<number>();
  /** Where some epochs are fractions and there are no steps. */
  #stepsOfEpochs: ReadonlyMap<number, number> = new Map();
  readonly #grouping: Grouping | undefined;
  readonly #ids: RowIds | undefined;

  /** @param ofFiles whether a row that tells no step or epoch may have that of its file */
  constructor({ roles, isOwn }: Mapping, ofFiles: { readonly step?: boolean; readonly epoch?: boolean } = {}) {
    this.#hasEpoch = roles.epoch !== undefined || ofFiles.epoch === true;
    this.#hasStep = roles.step !== undefined || ofFiles.step === true;
    this.#hasSample = roles.sample_index !== undefined;
    const { prompt = 'prompt' } = roles;
    this.#wholePrompt = prompt === 'prompt' ? 'original_prompt' : prompt;
    const hasCheckpoints = this.#hasEpoch || this.#hasStep;
    if (!hasCheckpoints && !this.#hasSample) this.#grouping = new Grouping();
    const isId = roles.sample_index !== undefined && plain(roles.sample_index) === 'id';
    if (hasCheckpoints && isId && !isOwn) this.#ids = new RowIds();
  }

  /** Rows of another file follow. */
  beginFile(): void {
    this.#occurrences = new Counts();
    this.#before = new Map(this.#evaluations);
  }

  /** The number of a sample that has a name. */
  sampleOfName(name: string): number {
    return this.#ids?.nameRows === true ? 0 : this.#sampleOf(name);
  }

  /**
   * Fills in the numbers that a row lacks. In the first reading those of a checkpoint are preliminary.
   *
   * @param asked what tells the row's prompt from others, where the row itself does not
   */
  number(row: Imported, asked = this.#askedBy(row)): void {
    if (this.#ids?.look(row, asked) === true) {
      row['original_id'] = row['prompt_id'] ?? row['sample_index'];
      delete row['prompt_id'];
      row['sample_index'] = this.#sampleOf(asked);
    }
    if (!this.#hasSample) row['sample_index'] = this.#sampleOf(asked);
    if (!this.#hasEpoch && !this.#hasStep) row['epoch'] = row['step'] = this.#evaluationOf(row);
    else if (row['step'] === undefined && !this.#hasStep) row['step'] = this.#stepOf(row['epoch']);
    else if (row['epoch'] === undefined) row['epoch'] = this.#epochOf(Number(row['step']));
    else this.#epochsOfSteps.set(Number(row['step']), Number(row['epoch']));
  }

  #askedBy(row: Imported): string {
    return wholeText(String(row['prompt']), cellChat(row['messages'] ?? row[this.#wholePrompt]));
  }

  /** The first reading came to its end: all checkpoints are known now. */
  beginSecondReading(notes?: Notes): void {
    this.#occurrences = new Counts();
    this.#before = new Map();
    this.#evaluations = new Map();
    const grouped = this.#grouping?.end() ?? 0;
    if (grouped > 0) notes?.add({ kind: 'completions', count: grouped });
    if (this.#ids?.end() === true) {
      notes?.add({ kind: 'rowIds', column: 'id' });
      this.#samples = new SampleNumbers();
      this.#last = undefined;
    }
    this.#knownSteps = [...this.#epochsOfSteps.keys()].sort((a, b) => a - b);
    const epochs = [...this.#epochs].sort((a, b) => a - b);
    if (epochs.every(Number.isInteger)) return;
    // Epoch 0 is the model before its training.
    const first = epochs[0] === 0 ? 0 : 1;
    this.#stepsOfEpochs = new Map(epochs.map((epoch, index) => [epoch, first + index]));
  }

  #evaluationOf(row: Imported): number {
    const source = String(row['sample_source'] ?? '');
    const completion = this.#completions.numberOf(`${row['sample_index']} ${row['completion_index'] ?? ''} ${source}`);
    const times = this.#occurrences.add(completion);
    const isCompletion = row['completion_index'] === undefined && this.#grouping?.look(completion, times) === true;
    const evaluation = (this.#before.get(source) ?? 0) + (isCompletion ? 1 : times);
    if (evaluation > (this.#evaluations.get(source) ?? 0)) this.#evaluations.set(source, evaluation);
    return evaluation;
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

  /** The one before: rows of a sample mostly stand together. */
  #last: { readonly name: string; readonly sample: number } | undefined;

  #sampleOf(name: string): number {
    if (this.#last?.name === name) return this.#last.sample;
    const sample = this.#samples.numberOf(name);
    this.#last = { name, sample };
    return sample;
  }
}

/**
 * Whether the rows of each sample stand one behind the other, as a program writes several answers to a prompt. A table of
 * evaluations comes back to a sample after others.
 */
class Grouping {
  #last: number | undefined;
  #repeated = 0;
  #hasOthers = false;
  #isOver = false;
  #isGrouped = false;

  /**
   * @param completion its number
   * @param times how often it came in its file
   * @returns in the second reading, whether the row is a completion of the one evaluation that its file is
   */
  look(completion: number, times: number): boolean {
    if (this.#isOver) return this.#isGrouped;
    if (times > 1 && completion !== this.#last) this.#isOver = true;
    if (times > 1) this.#repeated += 1;
    this.#hasOthers ||= this.#last !== undefined && completion !== this.#last;
    this.#last = completion;
    return false;
  }

  /** @returns how many rows are further completions of a sample */
  end(): number {
    // A table of one sample comes back to it with each evaluation.
    this.#isGrouped = !this.#isOver && this.#repeated > 0 && this.#hasOthers;
    this.#isOver = true;
    return this.#isGrouped ? this.#repeated : 0;
  }
}

/** Whether `id` names rows and not samples: where, of several checkpoints, none ever comes twice, and prompts do. */
class RowIds {
  #ids = new SampleNumbers();
  #prompts = new SampleNumbers();
  #checkpoint: string | undefined;
  #hasSeveral = false;
  #cameTwice = false;
  #nameRows = false;

  /** Known at the end of the first reading. */
  get nameRows(): boolean {
    return this.#nameRows;
  }

  /** @returns in the second reading, whether the row's sample is to be numbered by its prompt */
  look(row: Imported, asked: string): boolean {
    if (this.#nameRows) return true;
    if (this.#cameTwice) return false;
    const known = this.#ids.size;
    this.#cameTwice = this.#ids.numberOf(JSON.stringify(row['prompt_id'] ?? row['sample_index'] ?? null)) < known;
    this.#prompts.numberOf(asked);
    const checkpoint = `${row['epoch']} ${row['step']}`;
    this.#hasSeveral ||= this.#checkpoint !== undefined && checkpoint !== this.#checkpoint;
    this.#checkpoint = checkpoint;
    return false;
  }

  end(): boolean {
    this.#nameRows = !this.#cameTwice && this.#hasSeveral && this.#prompts.size < this.#ids.size;
    this.#cameTwice = true;
    this.#ids = new SampleNumbers();
    this.#prompts = new SampleNumbers();
    return this.#nameRows;
  }
}
