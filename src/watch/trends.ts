import type { Prediction } from '../wire/prediction.ts';
import type { TrendPoint } from '../wire/trends.ts';

/** Mean over the values that are not null, with their extremes; one value costs the same however many came before. */
class Mean {
  #sum = 0;
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(value: number | null | undefined): void {
    if (value == null) return;
    this.#sum += value;
    this.#count += 1;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  get value(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }

  get min(): number | null {
    return this.#count === 0 ? null : this.#min;
  }

  get max(): number | null {
    return this.#count === 0 ? null : this.#max;
  }
}

/** The running trend of one epoch, equal to what the server's `/trends` says of the same rows. */
export class EpochTrend {
  readonly epoch: number;
  #step = 0;
  #samples = 0;
  readonly #exactMatch = new Mean();
  readonly #charErrorRate = new Mean();
  readonly #lengthRatio = new Mean();
  readonly #wordOverlap = new Mean();
  readonly #validation = new Mean();

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  get largestStep(): number {
    return this.#step;
  }

  add(row: Prediction): void {
    this.#samples += 1;
    this.#step = Math.max(this.#step, row.step);
    this.#exactMatch.add(row.exact_match);
    this.#charErrorRate.add(row.char_error_rate);
    this.#lengthRatio.add(row.length_ratio);
    this.#wordOverlap.add(row.word_overlap);
    this.#validation.add(row.validation_pass == null ? null : Number(row.validation_pass));
  }

  get point(): TrendPoint {
    return {
      epoch: this.epoch,
      step: this.#step,
      sample_count: this.#samples,
      avg_exact_match: this.#exactMatch.value,
      avg_char_error_rate: this.#charErrorRate.value,
      avg_length_ratio: this.#lengthRatio.value,
      avg_word_overlap: this.#wordOverlap.value,
      min_char_error_rate: this.#charErrorRate.min,
      max_char_error_rate: this.#charErrorRate.max,
      validation_pass_rate: this.#validation.value,
    };
  }
}
