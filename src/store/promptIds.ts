import { promptIdsNameSamples, promptKey, type SampleKey } from '../model/samples.ts';
import type { Prediction } from '../wire/prediction.ts';
import { int32 } from './column.ts';

interface Name {
  readonly key: SampleKey;
  readonly place: number;
  rows: number;
}

/** The names that rows give to their samples, and whether they can be trusted to name samples and not rows. */
export class PromptIds {
  readonly #names: Name[] = [];
  readonly #byKey = new Map<SampleKey, Name>();
  /** One more than the place in the list; 0 where the row has none. */
  readonly #ofRow = int32();
  /** Names of several rows. */
  #repeated = 0;
  #last: { readonly row: number; readonly name: Name } | undefined;

  /** @param severalCheckpoints the job has more than one by now */
  nameSamples(severalCheckpoints: boolean): boolean {
    return promptIdsNameSamples(severalCheckpoints, this.#repeated > 0);
  }

  /** Of a row that was added; undefined where it has none. */
  of(row: number): SampleKey | undefined {
    return this.#names[this.#ofRow.get(row) - 1]?.key;
  }

  /** Where it throws, nothing was added. */
  add(row: number, prediction: Prediction): void {
    const key = promptKey(prediction);
    if (key === undefined) {
      // Without any such name the column stays empty.
      if (this.#names.length > 0) this.#ofRow.set(row, 0);
      return;
    }
    const name = this.#byKey.get(key) ?? this.#add(key);
    this.#ofRow.set(row, name.place + 1);
    name.rows += 1;
    if (name.rows === 2) this.#repeated += 1;
    this.#last = { row, name };
  }

  /** Takes back the row that was added last, if it came that far. */
  remove(row: number): void {
    if (this.#last?.row !== row) return;
    const { name } = this.#last;
    name.rows -= 1;
    if (name.rows === 1) this.#repeated -= 1;
    this.#last = undefined;
  }

  #add(key: SampleKey): Name {
    const name: Name = { key, place: this.#names.length, rows: 0 };
    this.#byKey.set(key, name);
    try {
      this.#names.push(name);
    } catch (error) {
      this.#byKey.delete(key);
      throw error;
    }
    return name;
  }
}
