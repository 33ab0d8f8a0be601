import { compareTexts } from '../../model/order.ts';
import type { SampleKey } from '../../model/samples.ts';
import { searchPattern } from '../../plainText.ts';
import type { PredictionStore } from '../../store/predictionStore.ts';
import type { SampleAnswers } from '../../store/sampleIndex.ts';
import type { HostMessageOf } from '../protocol.ts';

/** Samples that are found at most. */
const mostFound = 200;
/** Of work without a pause, in ms. */
const slice = 16;
const stride = 16;

/** Looks for the first samples by their number whose prompt holds a text, or that are called `#` and a number. */
export class SampleSearch {
  readonly text: string;
  readonly source: string | null;
  readonly #store: PredictionStore;
  readonly #rest: Iterator<SampleAnswers>;
  readonly #matches: (sample: SampleAnswers) => boolean;
  /** Ascending. */
  readonly #found: SampleAnswers[] = [];
  #isThrough = false;
  /** Rows whose samples were looked at, or are among the rest. */
  #rows = 0;

  constructor(store: PredictionStore, text: string, source: string | null) {
    this.#store = store;
    this.text = text;
    this.source = source;
    this.#rest = store.eachSample();
    this.#rows = store.size;
    const number = /^#(\d+)$/.exec(text.trim())?.[1];
    const pattern = searchPattern(text);
    const holds = ({ sampleIndex, prompt }: SampleAnswers): boolean =>
      number === undefined ? pattern.test(prompt) : String(sampleIndex) === number;
    const isOfSource = source !== null && store.sources.includes(source);
    this.#matches = (sample) => (!isOfSource || sample.source === source) && holds(sample);
  }

  get state(): HostMessageOf<'comparison'>['samplesSearched'] {
    if (!this.#isThrough) return 'searching';
    return this.#found.length >= mostFound ? 'more' : 'all';
  }

  /** How many are found by now. */
  get count(): number {
    return this.#found.length;
  }

  /** Works for a moment. @returns whether there is more to do */
  work(): boolean {
    const end = performance.now() + slice;
    for (let looked = 1; !this.#isThrough; looked += 1) {
      const { done, value } = this.#rest.next();
      if (done === true || this.#found.length >= mostFound) this.#isThrough = true;
      else this.#take(value);
      if (looked % stride === 0 && performance.now() >= end) break;
    }
    return !this.#isThrough;
  }

  /** What was found, ascending; the one that is shown among it, whether it is found or not. */
  found(shown: SampleKey | null): SampleAnswers[] {
    this.#addNew();
    const own = shown === null ? undefined : this.#store.sampleAnswers(shown);
    if (own === undefined || this.#found.some(({ key }) => key === shown)) return this.#found;
    return [...this.#found, own].sort(ascending);
  }

  /** Samples that came since, or changed. */
  #addNew(): void {
    const changed = this.#store.samplesSince(this.#rows);
    this.#rows = this.#store.size;
    for (const sample of changed) {
      const place = this.#found.findIndex(({ key }) => key === sample.key);
      if (place >= 0) this.#found[place] = sample;
      else if (this.#found.length < mostFound) this.#take(sample);
    }
    this.#found.sort(ascending);
  }

  /** The order moves under a search where samples come meanwhile: one may pass by twice. */
  #take(sample: SampleAnswers): void {
    if (!this.#matches(sample) || this.#found.some(({ key }) => key === sample.key)) return;
    this.#found.push(sample);
  }
}

function ascending(a: SampleAnswers, b: SampleAnswers): number {
  return a.sampleIndex - b.sampleIndex || compareTexts(a.source, b.source);
}
