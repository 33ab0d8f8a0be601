import type { SampleKey } from '../../model/samples.ts';
import { beginning } from '../../plainText.ts';
import type { PredictionStore } from '../../store/predictionStore.ts';
import type { SampleAnswers } from '../../store/sampleIndex.ts';
import type { SampleSummary } from '../protocol/comparison.ts';
import type { ViewState } from '../protocol/view.ts';
import type { HostMessageOf } from '../protocol.ts';
import { askedOf } from '../texts/promptText.ts';
import { SampleSearch } from './sampleSearch.ts';

const promptCharacters = 120;
/** A list of more samples is told in part: those around the one that is shown, or that hold what is looked for. */
export const mostListed = 5000;
/** Listed on either side of the one that is shown. */
const beside = 100;
/** Samples of other sources that are passed over on the way to those. */
const mostPassed = 20_000;

type ListedSamples = Pick<
  HostMessageOf<'comparison'>,
  'samples' | 'allSamples' | 'sampleCount' | 'samplesListed' | 'samplesSearched'
>;

/** The samples that one panel offers to choose from; tells of what changed since it told before. */
export class SampleList {
  readonly #store: PredictionStore;
  #search: SampleSearch | null = null;
  /** What was told of a part of the list; null where all of it was, or nothing. */
  #toldPart: string | null = null;

  constructor(store: PredictionStore) {
    this.#store = store;
  }

  /** The reader knows nothing any more, and what was found may be another sample now. */
  forget(): void {
    this.#search = null;
    this.#toldPart = null;
  }

  /** Goes on looking for a moment. @returns whether there is more to do */
  work(): boolean {
    return this.#search?.work() ?? false;
  }

  /** @param toldRows rows of which the reader was told; null where it knows nothing */
  news(
    chosen: SampleKey | null,
    { source, sampleSearch: text }: Pick<ViewState, 'source' | 'sampleSearch'>,
    toldRows: number | null,
  ): ListedSamples {
    const store = this.#store;
    const sampleCount = store.sampleCount;
    if (text === '') this.#search = null;
    else if (this.#search?.text !== text || this.#search.source !== source) {
      this.#search = new SampleSearch(store, text, source);
    }
    if (text === '' && sampleCount <= mostListed) {
      const allSamples = toldRows === null || this.#toldPart !== null;
      this.#toldPart = null;
      const samples = allSamples ? store.samples() : store.samplesSince(toldRows);
      return {
        samples: samples.map((sample) => this.#summaryOf(sample)),
        allSamples,
        sampleCount,
        samplesListed: null,
        samplesSearched: 'no',
      };
    }
    this.#search?.work();
    const found = this.#search === null ? this.#around(chosen, source) : this.#search.found(chosen);
    const samples = found.map((sample) => this.#summaryOf(sample));
    const part = JSON.stringify(samples);
    const allSamples = toldRows === null || part !== this.#toldPart;
    this.#toldPart = part;
    return {
      samples: allSamples ? samples : [],
      allSamples,
      sampleCount,
      // The one that is shown stands in the list, whether it is found or not.
      samplesListed: this.#search?.count ?? samples.length,
      samplesSearched: this.#search?.state ?? 'no',
    };
  }

  #around(chosen: SampleKey | null, source: string | null): SampleAnswers[] {
    const own = chosen === null ? undefined : this.#store.sampleAnswers(chosen);
    if (chosen === null || own === undefined) return [];
    const nearest = (side: 'before' | 'after'): SampleAnswers[] => {
      const found: SampleAnswers[] = [];
      let passed = 0;
      for (const other of this.#store.samplesBeside(chosen, side)) {
        passed += 1;
        if (source === null || other.source === source) found.push(other);
        if (found.length === beside || passed === mostPassed) break;
      }
      return found;
    };
    return [...nearest('before').reverse(), own, ...nearest('after')];
  }

  #summaryOf(sample: SampleAnswers): SampleSummary {
    const { key, sampleIndex, source, answers } = sample;
    const prompt = beginning(askedOf(this.#store, sample), promptCharacters);
    return { key, sampleIndex, source, prompt, epochs: answers };
  }
}
