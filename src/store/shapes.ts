/** Fields that have a column, and the answer, which leads the record. */
const held: ReadonlySet<string> = new Set([
  ...['id', 'epoch', 'step', 'sample_index', 'created_at', 'char_error_rate', 'exact_match', 'validation_pass'],
  ...['prompt', 'ground_truth', 'prediction'],
]);

/** Rows of more shapes than this are kept whole. */
const most = 1000;

export interface Shape {
  readonly number: number;
  /** The record is the whole row. */
  readonly isWhole: boolean;
  readonly fields: readonly { readonly name: string; readonly isHeld: boolean }[];
}

/** Which fields rows have, and in which order: the rows of a job are mostly of one or two shapes, so it is kept once. */
export class Shapes {
  readonly #whole: Shape = { number: 0, isWhole: true, fields: [] };
  readonly #shapes: Shape[] = [this.#whole];
  readonly #byNames = new Map<string, Shape>();
  #last: Shape = this.#whole;

  get(number: number): Shape {
    return this.#shapes[number] ?? this.#whole;
  }

  of(row: object): Shape {
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
    const shape: Shape = { number: this.#shapes.length, isWhole: false, fields };
    this.#shapes.push(shape);
    this.#byNames.set(key, shape);
    return shape;
  }
}
