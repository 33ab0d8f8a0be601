import { promptIdsNameSamples, promptKey, type SampleKey } from '../model/samples.ts';
import type { Prediction } from '../wire/prediction.ts';
import { int32 } from './column.ts';

/** The names that rows give to their samples, and whether they can be trusted to name samples and not rows. */
export class PromptIds {
  readonly #names: SampleKey[] = [];
  readonly #places = new Map<SampleKey, number>();
  /** Rows by the place of their name. */
  readonly #counts = int32();
  /** One more than the place in the list; 0 where the row has none. */
  readonly #ofRow = int32();
  /** Names of several rows. */
  #repeated = 0;
  #last: { readonly row: number; readonly place: number } | undefined;

  /** @param severalCheckpoints the job has more than one by now */
  nameSamples(severalCheckpoints: boolean): boolean {
    return promptIdsNameSamples(severalCheckpoints, this.#repeated > 0);
  }

  /** Of a row that was added; undefined where it has none. */
  of(row: number): SampleKey | undefined {
    return this.#names[this.#ofRow.get(row) - 1];
  }

  /** Where it throws, nothing was added. */
  add(row: number, prediction: Prediction): void {
    const key = promptKey(prediction);
    if (key === undefined) {
      // Without any such name the column stays empty.
      if (this.#names.length > 0) this.#ofRow.set(row, 0);
      return;
    }
    const place = this.#places.get(key) ?? this.#add(key);
    this.#ofRow.set(row, place + 1);
    const rows = this.#counts.get(place) + 1;
    this.#counts.set(place, rows);
    if (rows === 2) this.#repeated += 1;
    this.#last = { row, place };
  }

  /** Takes back the row that was added last, if it came that far. */
  remove(row: number): void {
    if (this.#last?.row !== row) return;
    const { place } = this.#last;
    const rows = this.#counts.get(place) - 1;
    this.#counts.set(place, rows);
    if (rows === 1) this.#repeated -= 1;
    this.#last = undefined;
  }

  #add(key: SampleKey): number {
    const place = this.#names.length;
    this.#places.set(key, place);
    try {
      this.#names.push(key);
    } catch (error) {
      this.#places.delete(key);
      throw error;
    }
    return place;
  }
}
