import { filedEpoch } from '../../model/checkpoints.ts';
import { scoredRow } from '../../model/epochStatistics.ts';
import { promptKey } from '../../model/samples.ts';
import type { PredictionInput } from '../../wire/sentPrediction.ts';
import type { FilledScores } from '../scoring/scoring.ts';
import { supersedingOf } from './checkpointGrowth.ts';
import { type ElementText, members, objectText } from './jsonText.ts';
import type { JobRecord, NewPrediction, StoredPrediction } from './storage.ts';

/** Fields that only the server sets; what a script sends under these names is not kept. */
const serverFields = ['id', 'job_id', 'user_id', 'created_at', 'seq'];

const skippedField = 'score_skipped';

/**
 * A row to store: what came, text for text, with the missing scores filled in, and filed under a whole epoch.
 *
 * @param source the JSON object that `input` was parsed from
 * @param origin its id, when it was made, ISO 8601, and what was not finite
 */
export function newPrediction(
  input: PredictionInput,
  source: ElementText,
  filled: FilledScores,
  origin: Pick<NewPrediction, 'id' | 'isOwnId' | 'createdAt' | 'nonfiniteValues'>,
): NewPrediction {
  const { scores } = filled;
  const sent = scoredRow(input);
  return {
    ...origin,
    epoch: Number.isInteger(input.epoch) ? input.epoch : filedEpoch(input.epoch),
    step: input.step,
    sampleIndex: input.sample_index,
    content: contentOf(input, source, filled),
    promptKey: promptKey(input)?.toString(),
    ...supersedingOf(input),
    exactMatch: sent.exactMatch ?? scores.exact_match,
    charErrorRate: sent.charErrorRate ?? scores.char_error_rate,
    lengthRatio: sent.lengthRatio ?? scores.length_ratio,
    wordOverlap: sent.wordOverlap ?? scores.word_overlap,
    validationPass: sent.validationPass,
  };
}

/** Nearly always what was filled in can simply follow what came. */
function contentOf(input: PredictionInput, source: ElementText, { scores, filled, skipped }: FilledScores): string {
  const { text, memberCount } = source;
  const isFraction = !Number.isInteger(input.epoch);
  const replaces = isFraction || filled.some((name) => name in input) || (skipped !== null && skippedField in input);
  if (replaces || serverFields.some((name) => name in input) || memberCount !== Object.keys(input).length) {
    const content = members(text);
    for (const name of serverFields) content.delete(name);
    if (isFraction) {
      content.set('epoch_exact', content.get('epoch') ?? 'null');
      content.set('epoch', String(filedEpoch(input.epoch)));
    }
    for (const name of filled) content.set(name, String(scores[name]));
    if (skipped !== null) content.set(skippedField, JSON.stringify(skipped));
    return objectText(content);
  }
  let added = '';
  for (const name of filled) added += `,"${name}":${scores[name]}`;
  if (skipped !== null) added += `,"${skippedField}":${JSON.stringify(skipped)}`;
  const whole = text.trim();
  return added === '' ? whole : `${whole.slice(0, -1)}${added}}`;
}

/** The prediction as every route and event tells it: JSON on one line. */
export function predictionJson(job: JobRecord, row: StoredPrediction): string {
  const before = `{"id":${JSON.stringify(row.id)},"job_id":${JSON.stringify(job.id)},"user_id":${JSON.stringify(job.userId)},`;
  return `${before}${row.content.slice(1, -1)},"created_at":"${row.createdAt}","seq":${row.seq}}`;
}
