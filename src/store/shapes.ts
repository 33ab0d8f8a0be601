import type { KnownScore } from '../model/scores.ts';
import type { Prediction } from '../wire/prediction.ts';

/** Scores whose fields are read back from their columns. */
const heldScores = [
  ...['char_error_rate', 'exact_match', 'word_overlap', 'length_ratio'],
  ...['latency_ms', 'completion_tokens', 'prompt_tokens'],
] as const satisfies readonly KnownScore[];

/** Fields that have a column, and the answer, which leads the record. */
const held: ReadonlySet<string> = new Set([
  ...['id', 'epoch', 'step', 'sample_index', 'created_at', 'validation_pass'],
  ...['prompt', 'ground_truth', 'prediction'],
  ...heldScores,
]);

/** Fields that say in which form texts came. */
const formFields: readonly (keyof Prediction)[] = ['messages', 'answer', 'reasoning_content'];

/** Rows of more shapes than this are kept whole. */
const most = 1000;

export interface Shape {
  readonly number: number;
  /** The record is the whole row. */
  readonly isWhole: boolean;
  /** Rows may say in which form their texts came. */
  readonly mayHaveForm: boolean;
  readonly fields: readonly { readonly name: string; readonly isHeld: boolean }[];
}

/** Which fields rows have, and in which order: the rows of a job are mostly of one or two shapes, so it is kept once. */
export class Shapes {
  readonly #whole: Shape = { number: 0, isWhole: true, mayHaveForm: true, fields: [] };
  readonly #shapes: Shape[] = [this.#whole];
  readonly #byNames = new Map<string, Shape>();
  #last: Shape = this.#whole;

  get(number: number): Shape {
    return this.#shapes[number] ?? this.#whole;
  }

  of(row: Prediction): Shape {
    if (!isHeldByColumns(row)) return this.#whole;
    const names = Object.keys(row);
    const { fields } = this.#last;
    if (fields.length === names.length && fields.every(({ name }, index) => name === names[index])) return this.#last;
    // As JSON, since a name may hold any character.
    const key = JSON.stringify(names);
    const shape = this.#byNames.get(key) ?? this.#add(key, names);
    this.#last = shape;
    return shape;
  }

  #add(key: string, names: string[]): Shape {
    // Set like other fields, `__proto__` would change what the row is.
    if (this.#shapes.length > most || names.includes('__proto__')) return this.#whole;
    const fields = names.map((name) => ({ name, isHeld: held.has(name) }));
    const mayHaveForm = formFields.some((name) => names.includes(name));
    const shape: Shape = { number: this.#shapes.length, isWhole: false, mayHaveForm, fields };
    this.#shapes.push(shape);
    this.#byNames.set(key, shape);
    return shape;
  }
}

/** Whether the columns of the known scores say what their fields say: no truth value, none beside one under `scores`. */
function isHeldByColumns(row: Prediction): boolean {
  const { scores } = row;
  if (typeof scores === 'object' && scores !== null && Object.keys(scores).some((name) => held.has(name))) return false;
  return heldScores.every((name) => typeof row[name] !== 'boolean');
}
