import { passOrNull, type ScoredRow } from '../model/epochStatistics.ts';
import { lastCompletion, newestFirst, type OrderedRows } from '../model/order.ts';
import { completionOf, restartOf, revisionOf } from '../model/restarts.ts';
import { sourceOf } from '../model/samples.ts';
import { eachScore, type KnownScore } from '../model/scores.ts';
import { endOfText, stepsToField } from '../wire/depth.ts';
import { parseExactly, writtenNumber } from '../wire/exactJson.ts';
import { numberFields, type Prediction } from '../wire/prediction.ts';
import { type Column, float64, int32, uint16 } from './column.ts';
import { IdTable } from './idTable.ts';
import { InternedTexts } from './internedTexts.ts';
import { RecordLog } from './recordLog.ts';
import { ScoreColumns } from './scoreColumns.ts';
import { type Shape, Shapes } from './shapes.ts';
import type { SpillOptions } from './spill.ts';
import { Timestamps } from './timestamps.ts';

/** Stands for null in a column of references. */
const noText = -1;
/** The text is in the record. */
const inRecord = -2;

/** In a record, what is a number of the contract has the digits of a double. */
const none: ReadonlySet<string> = new Set();

/** More are not told apart. */
const mostSources = 1000;

const prompts = { most: 100_000, room: 32 * 1024 * 1024 };
const others = { most: 5000, room: 1024 * 1024 };

/**
 * Predictions packed tight, numbered from 0 as they come: what is filtered, sorted and counted in columns, texts that
 * repeat once, the rest as one record of the log. A row is read back as it came, unknown fields included.
 */
export class RowTable implements OrderedRows<number> {
  readonly #ids = new IdTable();
  readonly #epochs = float64();
  readonly #steps = float64();
  readonly #samples = float64();
  readonly #created = new Timestamps();
  /** Those of the model: what is under `scores` has won over what stands beside it. */
  readonly scores = new ScoreColumns();
  /** One more than the index; 0 where a row has none. In most jobs no row has, and there is no such column. */
  readonly #completions = float64();
  readonly #restarts = float64();
  readonly #revisions = float64();
  /** Places in the list of sources; nearly all jobs have one. */
  readonly #sources = uint16();
  readonly #knownSources: string[] = [''];
  #someNameNone = false;
  readonly #prompts = int32();
  /** JSON of `messages`: one more than its number; 0 where there are none. */
  readonly #messages = int32();
  #hasMessages = false;
  readonly #truths = int32();
  readonly #shapes = uint16();
  readonly #records = float64();

  readonly #longTexts = new InternedTexts(prompts.most, prompts.room);
  /** By field. */
  readonly #shortTexts = new Map<string, InternedTexts>();
  readonly #knownShapes = new Shapes();
  readonly #log: RecordLog;
  #rowsWithTruth = 0;

  /** @param spill where texts go that are too much for the memory; undefined keeps all there */
  constructor(spill?: SpillOptions) {
    this.#log = new RecordLog(spill);
  }

  get size(): number {
    return this.#ids.size;
  }

  /** Some row has a ground truth. */
  get hasTruths(): boolean {
    return this.#rowsWithTruth > 0;
  }

  find(id: string): number | undefined {
    return this.#ids.find(id);
  }

  /**
   * Takes a prediction whose id no row has, or nothing of it where it throws. At most texts and shapes are known then
   * that no row has.
   *
   * @returns its row
   */
  add(prediction: Prediction): number {
    const row = this.#ids.add(prediction.id);
    try {
      this.#write(row, prediction);
    } catch (error) {
      this.scores.clearRow(row);
      this.#ids.removeLast();
      throw error;
    }
    return row;
  }

  /** Takes back the row that was added last. */
  removeLast(): void {
    if (this.#truths.get(this.size - 1) !== noText) this.#rowsWithTruth -= 1;
    this.#log.removeLast(this.#records.get(this.size - 1));
    this.scores.clearRow(this.size - 1);
    this.#ids.removeLast();
  }

  #write(row: number, prediction: Prediction): void {
    this.#epochs.set(row, prediction.epoch);
    this.#steps.set(row, prediction.step);
    this.#samples.set(row, prediction.sample_index);
    this.#created.set(row, prediction.created_at);
    eachScore(prediction, (name, value, origin) => this.scores.set(row, name, value, origin));
    this.#setSource(row, sourceOf(prediction));
    setUnless0(this.#completions, row, (completionOf(prediction) ?? -1) + 1);
    setUnless0(this.#restarts, row, restartOf(prediction));
    setUnless0(this.#revisions, row, revisionOf(prediction));
    const prompt = this.#longTexts.intern(prediction.prompt) ?? inRecord;
    const truth =
      prediction.ground_truth == null ? noText : (this.#longTexts.intern(prediction.ground_truth) ?? inRecord);
    this.#prompts.set(row, prompt);
    this.#truths.set(row, truth);
    const messages = this.#setMessages(row, prediction);
    const shape = this.#knownShapes.of(prediction);
    this.#shapes.set(row, shape.number);
    const isOwn = { prompt: prompt === inRecord, truth: truth === inRecord, messages: messages === inRecord };
    const record = this.#record(prediction, shape, isOwn);
    // The column has room for the position before the log has the record.
    this.#records.set(row, 0);
    this.#records.set(row, this.#log.append(record));
    if (truth !== noText) this.#rowsWithTruth += 1;
  }

  /** Puts texts into the file that are too much by now. */
  spillSome(): void {
    this.#log.spillSome();
  }

  get textsInMemory(): number {
    return this.#log.inMemory;
  }

  get isDamaged(): boolean {
    return this.#log.isDamaged;
  }

  /** Lets go of all texts; the table is of no use any more. */
  dispose(): void {
    this.#log.clear();
  }

  id(row: number): string {
    return this.#ids.get(row);
  }

  epoch(row: number): number {
    return this.#epochs.get(row);
  }

  step(row: number): number {
    return this.#steps.get(row);
  }

  sample(row: number): number {
    return this.#samples.get(row);
  }

  /** NaN where the row has none. */
  score(row: number, name: string): number {
    return this.scores.get(row, name);
  }

  completion(row: number): number {
    const index = this.#completions.get(row);
    return index === 0 ? lastCompletion : index - 1;
  }

  restart(row: number): number {
    return this.#restarts.get(row);
  }

  revision(row: number): number {
    return this.#revisions.get(row);
  }

  /** Empty where the row names none, and where the job names more than can be told apart. */
  source(row: number): string {
    return this.#knownSources[this.#sources.get(row)] ?? '';
  }

  /** The sources that rows name, an empty one first where rows name none, the others in the order in which they came. */
  get sources(): readonly string[] {
    return this.#someNameNone ? this.#knownSources : this.#knownSources.slice(1);
  }

  /** Null where the row was not validated. */
  validationPass(row: number): boolean | null {
    const value = this.score(row, 'validation_pass');
    return Number.isNaN(value) ? null : value >= 1;
  }

  /** What an epoch's statistics look at. */
  scoredRow(row: number): ScoredRow {
    const score = (name: KnownScore): number | null => orNull(this.score(row, name));
    return {
      step: this.step(row),
      exactMatch: score('exact_match'),
      charErrorRate: score('char_error_rate'),
      lengthRatio: score('length_ratio'),
      wordOverlap: score('word_overlap'),
      validationPass: passOrNull(score('validation_pass')),
    };
  }

  prompt(row: number): string {
    const number = this.#prompts.get(row);
    return number === inRecord ? this.read(row).prompt : this.#longTexts.get(number);
  }

  /** Some rows have `messages` that may be a chat. */
  get hasMessages(): boolean {
    return this.#hasMessages;
  }

  /** Names the `messages` of a row among those that repeat; undefined for ones of its own, null where there are none. */
  messagesNumber(row: number): number | null | undefined {
    const number = this.#messages.get(row);
    return number === 0 ? null : number === inRecord ? undefined : number - 1;
  }

  /** Whether a row may say in which form its texts came. */
  mayHaveForm(row: number): boolean {
    return this.#knownShapes.get(this.#shapes.get(row)).mayHaveForm;
  }

  groundTruth(row: number): string | null {
    const number = this.#truths.get(row);
    if (number === noText) return null;
    return number === inRecord ? (this.read(row).ground_truth ?? null) : this.#longTexts.get(number);
  }

  /** Names the prompt among those that repeat; undefined for a text of its own. */
  promptNumber(row: number): number | undefined {
    const number = this.#prompts.get(row);
    return number === inRecord ? undefined : number;
  }

  /** Names the ground truth among the texts that repeat; undefined for a text of its own, null where there is none. */
  groundTruthNumber(row: number): number | null | undefined {
    const number = this.#truths.get(row);
    return number === inRecord ? undefined : number === noText ? null : number;
  }

  prediction(row: number): string {
    const { isWhole } = this.#knownShapes.get(this.#shapes.get(row));
    if (isWhole) return this.read(row).prediction;
    const record = this.#log.read(this.#records.get(row));
    // It begins with the answer: what follows would be parsed for nothing.
    return JSON.parse(record.slice(1, endOfText(record, 1) + 1)) as string;
  }

  /** The row as it came. @throws TextsLostError */
  read(row: number): Prediction {
    const { isWhole, fields } = this.#knownShapes.get(this.#shapes.get(row));
    const record = parseExactly(
      this.#log.read(this.#records.get(row)),
      stepsToField.ofRow,
      isWhole ? numberFields : none,
    );
    if (isWhole) return record as Prediction;
    const values = record as unknown[];
    const prediction: Record<string, unknown> = {};
    let next = 1;
    // The order of the record: the answer, prompt and truth where they are their own, the other fields.
    const prompt = this.#prompts.get(row);
    const truth = this.#truths.get(row);
    const messages = this.messagesNumber(row);
    const ownPrompt = prompt === inRecord ? values[next++] : undefined;
    const ownTruth = truth === inRecord ? values[next++] : undefined;
    for (const { name, isHeld } of fields) {
      if (name === 'messages' && messages != null) {
        prediction[name] = parseExactly(this.#longTexts.get(messages), stepsToField.ofRow, none);
      } else prediction[name] = isHeld ? this.#held(row, name) : this.#unpack(name, values[next++]);
    }
    if (ownPrompt !== undefined) prediction['prompt'] = ownPrompt;
    if (ownTruth !== undefined) prediction['ground_truth'] = ownTruth;
    prediction['prediction'] = values[0];
    return prediction as Prediction;
  }

  /** ISO 8601. */
  created(row: number): string {
    return this.#created.get(row);
  }

  compareCreated(a: number, b: number): number {
    return this.#created.compare(a, b);
  }

  compareIds(a: number, b: number): number {
    return this.#ids.compare(a, b);
  }

  /** Ascending: by epoch, then step. */
  compareCheckpoints(a: number, b: number): number {
    return this.epoch(a) - this.epoch(b) || this.step(a) - this.step(b);
  }

  /** The order of the model. */
  newestFirst(a: number, b: number): number {
    return newestFirst(this, a, b);
  }

  /** @param isOwn texts that stand in the record, since they are not held elsewhere */
  #record(
    prediction: Prediction,
    { isWhole, fields }: Shape,
    isOwn: { readonly prompt: boolean; readonly truth: boolean; readonly messages: boolean },
  ): string {
    if (isWhole) return JSON.stringify(prediction);
    const values: unknown[] = [prediction.prediction];
    if (isOwn.prompt) values.push(prediction.prompt);
    if (isOwn.truth) values.push(prediction.ground_truth);
    const { messages } = prediction;
    const hasHeld = typeof messages === 'object' && messages !== null && !isOwn.messages;
    for (const { name, isHeld } of fields) {
      if (!isHeld && !(hasHeld && name === 'messages'))
        values.push(this.#pack(name, (prediction as Record<string, unknown>)[name]));
    }
    return JSON.stringify(values);
  }

  /** A text that repeats becomes its number in an array; arrays and objects, which could be taken for that, a pair. */
  #pack(name: string, value: unknown): unknown {
    if (typeof value === 'object' && value !== null) return [0, value];
    if (typeof value !== 'string') return value;
    let texts = this.#shortTexts.get(name);
    if (texts === undefined) {
      texts = new InternedTexts(others.most, others.room);
      this.#shortTexts.set(name, texts);
    }
    const number = texts.intern(value);
    return number === undefined ? value : [number];
  }

  #unpack(name: string, value: unknown): unknown {
    if (!Array.isArray(value)) return numberFields.has(name) ? plainNumber(value) : value;
    return value.length === 1 ? this.#shortTexts.get(name)?.get(Number(value[0])) : value[1];
  }

  #held(row: number, name: string): unknown {
    switch (name) {
      case 'id':
        return this.id(row);
      case 'epoch':
        return this.epoch(row);
      case 'step':
        return this.step(row);
      case 'sample_index':
        return this.sample(row);
      case 'created_at':
        return this.#created.get(row);
      case 'validation_pass':
        return this.validationPass(row);
      case 'prompt': {
        const number = this.#prompts.get(row);
        return number === inRecord ? '' : this.#longTexts.get(number);
      }
      case 'ground_truth': {
        const number = this.#truths.get(row);
        return number < 0 ? null : this.#longTexts.get(number);
      }
      default:
        return orNull(this.score(row, name));
    }
  }

  /** Those of a job come again at each checkpoint, as its prompts do. @returns the value in the column */
  #setMessages(row: number, { messages }: Prediction): number {
    const isThere = typeof messages === 'object' && messages !== null;
    const number = isThere ? this.#longTexts.intern(JSON.stringify(messages)) : undefined;
    const value = !isThere ? 0 : number === undefined ? inRecord : number + 1;
    setUnless0(this.#messages, row, value);
    if (isThere) this.#hasMessages = true;
    return value;
  }

  #setSource(row: number, source: string): void {
    let number = this.#knownSources.indexOf(source);
    if (number === -1) number = this.#knownSources.length <= mostSources ? this.#knownSources.push(source) - 1 : 0;
    if (number === 0) this.#someNameNone = true;
    this.#sources.set(row, number);
  }
}

/** A column in which nothing but 0 would stand is not there. */
function setUnless0(column: Column, row: number, value: number): void {
  if (value !== 0 || column.get(row) !== 0) column.set(row, value);
}

/** NaN stands for null in columns. */
export function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** Numbers of the contract are doubles, whichever digits they are written with. */
function plainNumber(value: unknown): unknown {
  const written = writtenNumber(value);
  return written === undefined ? value : Number(written);
}
