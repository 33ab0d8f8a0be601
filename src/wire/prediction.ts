import * as Type from 'typebox';
import { schema } from './schema.ts';

export const nullable = <T extends Type.TSchema>(type: T) => Type.Optional(Type.Union([type, Type.Null()]));
const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const whole = Type.Integer({ minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });
/** A score. To arithmetic a truth value is 1 or 0, so that its type need not say that it may be one. */
const numberOrTruth = Type.Unsafe<number>(Type.Union([Type.Number(), Type.Boolean()]));

/** What is asked, and what a model replied: untrusted texts of any length. */
export const texts = { prompt: Type.String(), prediction: Type.String() };

/** Where in the training a prediction was made. */
export const place = {
  step: count,
  /** Which of the job's sample prompts this answers. */
  sample_index: count,
};
/** What else a training script knows of a prediction. Unknown fields are allowed and kept. */
export const content = {
  ground_truth: nullable(Type.String()),

  /** Names the sample, whatever its index; a whole number is taken as its digits. */
  prompt_id: nullable(Type.Union([Type.String(), whole])),
  source_index: nullable(Type.Integer()),
  sample_source: nullable(Type.String()),
  sample_source_id: nullable(Type.String()),

  prompt_tokens: nullable(count),
  completion_tokens: nullable(count),
  total_tokens: nullable(count),
  /** Milliseconds. */
  latency_ms: nullable(Type.Number()),
  max_new_tokens: nullable(count),
  do_sample: nullable(Type.Boolean()),

  /** null: not run. */
  validation_pass: nullable(Type.Boolean()),
  validation_kind: nullable(Type.String()),
  validation_errors: Type.Optional(Type.Unknown()),

  /** 0 or 1. */
  exact_match: nullable(numberOrTruth),
  /** 0..1. */
  char_error_rate: nullable(numberOrTruth),
  /** >= 0. */
  length_ratio: nullable(numberOrTruth),
  /** 0..1. */
  word_overlap: nullable(numberOrTruth),
};

/**
 * Scores of the team's own, by name: numbers, truth values (1 or 0), or null for none. Written as JSON Schema: with
 * `Type.Record` a fifth of what is loaded at activation would be TypeBox's engine for types.
 */
export const scoresType = Type.Unsafe<Record<string, number | boolean | null>>({
  type: 'object',
  propertyNames: { minLength: 1, maxLength: 100 },
  additionalProperties: { type: ['number', 'boolean', 'null'] },
});

/** What the second edition adds to a posted prediction. */
export const secondEdition = {
  /** Starts at 0 or 1, as the script counts; a fraction, as trainers count within an epoch, is of the epoch below it. */
  epoch: Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  scores: nullable(scoresType),
  /** Of several completions of one sample at one checkpoint. */
  completion_index: nullable(count),
  /** Which start of the training process this is from; the first is 0. */
  restart: nullable(count),
  /** The step at which that start went on. */
  restart_from: nullable(count),
  /** Grows when a trainer writes the rows of a checkpoint anew. */
  revision: nullable(count),
};

/** A prediction as a server tells it. It never changes once it has an id. */
export const predictionType = Type.Object({
  ...place,
  ...texts,
  ...content,
  epoch: count,
  /** As it was sent, where that was a fraction. */
  epoch_exact: Type.Optional(Type.Unknown()),
  // A row in which these have another shape is as good as one without them.
  scores: Type.Optional(Type.Unknown()),
  completion_index: Type.Optional(Type.Unknown()),
  restart: Type.Optional(Type.Unknown()),
  restart_from: Type.Optional(Type.Unknown()),
  revision: Type.Optional(Type.Unknown()),
  messages: Type.Optional(Type.Unknown()),
  answer: Type.Optional(Type.Unknown()),
  reasoning_content: Type.Optional(Type.Unknown()),
  id: Type.String({ minLength: 1 }),
  job_id: Type.Optional(Type.String()),
  user_id: nullable(Type.String()),
  /** ISO 8601. */
  created_at: Type.String(),
  /** The job's sequence number, from servers that have one. */
  seq: Type.Optional(Type.Integer()),
});
export const prediction = schema(predictionType);
export type Prediction = Type.Static<typeof predictionType>;

/** Fields of the contract. */
export const predictionFields: ReadonlySet<string> = new Set([
  ...Object.keys(predictionType.properties),
  ...['finish_reason', 'score_skipped'],
]);

/** Fields of the contract that are numbers, whatever their digits. */
export const numberFields: ReadonlySet<string> = fieldsOf((type) => type === 'number' || type === 'integer');

/** Fields of the contract in which no digits are looked for: numbers, and those that no number may stand in. */
export const plainFields: ReadonlySet<string> = new Set([
  ...numberFields,
  ...fieldsOf((type) => type === 'string' || type === 'boolean'),
]);

/**
 * A prediction as a server told it. A number of the contract that is too large for a double is null: it was kept as it
 * was written, and is none to count with.
 *
 * @throws SchemaError
 */
export function readPrediction(value: unknown): Prediction {
  if (prediction.check(value)) return value;
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const tooLarge = fields.filter(
    ([name, number]) => typeof number === 'number' && !Number.isFinite(number) && numberFields.has(name),
  );
  return prediction.parse(
    tooLarge.length === 0
      ? value
      : { ...(value as object), ...Object.fromEntries(tooLarge.map(([name]) => [name, null])) },
  );
}

/** The fields of which a type is one that is looked for. */
function fieldsOf(isOne: (type: unknown) => boolean): Set<string> {
  const types = (type: Type.TSchema): unknown[] =>
    'anyOf' in type && Array.isArray(type.anyOf) ? type.anyOf.flatMap(types) : ['type' in type ? type.type : undefined];
  const all = { ...predictionType.properties, ...secondEdition, epoch_exact: Type.Number() };
  return new Set(Object.entries(all).flatMap(([name, type]) => (types(type).some(isOne) ? name : [])));
}
