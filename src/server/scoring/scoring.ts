import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { rowReply } from '../../model/chats/rowChats.ts';
import type { ReasoningTags } from '../../model/reasoning.ts';
import {
  type ComparableTruth,
  charErrorRate,
  comparable,
  comparableTruth,
  plainScores,
  type Scores,
} from '../../model/textScores.ts';
import type { PredictionInput } from '../../wire/sentPrediction.ts';
import { mapInTurns } from './turns.ts';

/** What of a prediction's four scores is ours: those that its script did not send. */
export interface FilledScores {
  /** Null where it is the script's, or where none can be told. */
  readonly scores: { readonly [K in keyof Scores]: number | null };
  /** Names of the scores that are ours, null ones too. */
  readonly filled: readonly (keyof Scores)[];
  /** Why a score could not be computed. */
  readonly skipped: string | null;
}

/** A pair of texts whose distance the worker computes. */
export type ScorePair = readonly [prediction: string, groundTruth: string];

/**
 * Limits on the product of the two lengths, which the time of an edit distance follows (about 3 × 10⁹ a second). A
 * batch above `inline` in all goes to the worker; a prediction above `single`, and what follows once a batch has
 * spent `batch`, gets no character error rate.
 */
const limits = { inline: 10_000_000, single: 1_000_000_000, batch: 4_000_000_000 };

/** How many truths are kept ready, and how long one of them may be. */
const keptTruths = { count: 2000, characters: 1000 };

const names = ['exact_match', 'char_error_rate', 'length_ratio', 'word_overlap'] as const;

const noScores = { exact_match: null, char_error_rate: null, length_ratio: null, word_overlap: null };
const nothingFilled: FilledScores = { scores: noScores, filled: [], skipped: null };

/** Whether a script said what a score is, be it that it is no finite number. */
function isSent(prediction: PredictionInput, name: keyof Scores, notFinite: ReadonlySet<string> | undefined): boolean {
  if (prediction[name] != null || notFinite?.has(name) === true) return true;
  const { scores } = prediction;
  return scores != null && Object.hasOwn(scores, name) && scores[name] !== null;
}

/** What is done for a prediction's character error rate. */
type Plan = 'none' | 'rate' | 'tooLong';

/** Fills in missing scores, in a worker thread where it takes long. */
export class Scorer {
  #worker: Worker | undefined;
  readonly #truths = new Map<string, ComparableTruth>();
  /** The worker answers in order. */
  readonly #waiting: { resolve: (rates: number[]) => void; reject: (error: Error) => void }[] = [];

  /**
   * Results in the order of `predictions`.
   *
   * Reasoning plays no part in them: what is compared is the final answer.
   *
   * @param notFinite names of the scores that the script sent of a prediction as no finite number: nobody fills these in
   * @param tags between which the job's model reasons, where its config says so
   */
  async fill(
    predictions: readonly PredictionInput[],
    notFinite: (place: number) => ReadonlySet<string> | undefined = () => undefined,
    tags?: readonly ReasoningTags[],
  ): Promise<FilledScores[]> {
    let cost = 0;
    const pairs: ScorePair[] = [];
    const answers = predictions.map((prediction) =>
      prediction.ground_truth == null ? '' : rowReply(prediction, tags).answer,
    );
    const plans = predictions.map((prediction, place): Plan => {
      const truth = prediction.ground_truth;
      if (truth == null || isSent(prediction, 'char_error_rate', notFinite(place))) return 'none';
      const answer = answers[place] ?? '';
      const product = answer.length * truth.length;
      if (product > limits.single || cost + product > limits.batch) return 'tooLong';
      cost += product;
      pairs.push([answer, truth]);
      return 'rate';
    });
    const rates = cost > limits.inline ? await this.#inWorker(pairs) : undefined;
    let next = 0;
    return mapInTurns(predictions, (prediction, index) => {
      const plan = plans[index] ?? 'none';
      const rate = plan === 'rate' ? rates?.[next++] : undefined;
      return this.#fillOne(prediction, answers[index] ?? '', { plan, rate, notFinite: notFinite(index) });
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #inWorker(pairs: readonly ScorePair[]): Promise<number[]> {
    this.#worker ??= this.#startWorker();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      worker.postMessage(pairs);
    });
  }

  #startWorker(): Worker {
    // Beside this file, in the source as in the bundle, with the same ending.
    const worker = new Worker(join(import.meta.dirname, `scoreWorker${extname(import.meta.filename)}`));
    worker.unref();
    worker.on('message', (rates: number[]) => this.#waiting.shift()?.resolve(rates));
    worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', () => this.#fail(new Error('The score worker ended')));
    return worker;
  }

  #fail(error: Error): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /**
   * @param answer the final one
   * @param how `rate` is the character error rate, where the worker computed it
   */
  #fillOne(
    prediction: PredictionInput,
    answer: string,
    { plan, rate, notFinite }: { plan: Plan; rate: number | undefined; notFinite: ReadonlySet<string> | undefined },
  ): FilledScores {
    const { ground_truth } = prediction;
    if (ground_truth == null) return nothingFilled;
    const filled = names.filter((name) => !isSent(prediction, name, notFinite));
    if (filled.length === 0) return nothingFilled;
    const text = comparable(answer);
    const truth = this.#truth(ground_truth);
    const scores: { [K in keyof Scores]: number | null } = {
      ...plainScores(text, truth),
      char_error_rate: plan === 'rate' ? (rate ?? charErrorRate(text, truth)) : null,
    };
    // Nearly always all are ours.
    if (filled.length < names.length) for (const name of names) if (!filled.includes(name)) scores[name] = null;
    if (plan !== 'tooLong') return { scores, filled, skipped: null };
    const lengths = `${answer.length} × ${ground_truth.length} characters`;
    return { scores, filled, skipped: `char_error_rate: texts too long to compare (${lengths})` };
  }

  /** The truths of a job's samples come again in each epoch. */
  #truth(groundTruth: string): ComparableTruth {
    if (groundTruth.length > keptTruths.characters) return comparableTruth(groundTruth);
    let truth = this.#truths.get(groundTruth);
    if (truth === undefined) {
      if (this.#truths.size >= keptTruths.count) this.#truths.clear();
      truth = comparableTruth(groundTruth);
      this.#truths.set(groundTruth, truth);
    }
    return truth;
  }
}
