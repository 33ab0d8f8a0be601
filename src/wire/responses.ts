import * as Type from 'typebox';
import { schema } from './schema.ts';
import { trendPointType } from './trends.ts';

/** A server returns at most this many predictions a page, whatever the limit says. */
export const maxPageSize = 1000;

export const predictionsPageType = Type.Object({
  /** Read one by one by the client, so that one unreadable row does not hide the others. */
  predictions: Type.Array(Type.Unknown()),
  /** Of the whole job, even when the page is of one epoch. */
  total_count: Type.Integer({ minimum: 0 }),
  epoch_count: Type.Optional(Type.Integer({ minimum: 0 })),
});
/** Answer of `GET /api/training/predictions/{jobId}`. */
export const predictionsPage = schema(predictionsPageType);
export type PredictionsPage = Type.Static<typeof predictionsPageType>;

const epochSummaryType = Type.Object({
  epoch: Type.Integer(),
  prediction_count: Type.Integer({ minimum: 0 }),
  latest_step: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
});
export type EpochSummary = Type.Static<typeof epochSummaryType>;

export const epochsAnswerType = Type.Object({ epochs: Type.Array(epochSummaryType) });
/** Answer of `GET /api/training/predictions/{jobId}/epochs`, ascending. */
export const epochsAnswer = schema(epochsAnswerType);

export const trendsAnswerType = Type.Object({
  trends: Type.Array(trendPointType),
  /** Percent. */
  overall_improvement: Type.Union([Type.Number(), Type.Null()]),
});
/** Answer of `GET /api/training/predictions/{jobId}/trends`, ascending by epoch. */
export const trendsAnswer = schema(trendsAnswerType);
export type TrendsAnswer = Type.Static<typeof trendsAnswerType>;

/** Error body of the JSON routes; some deployments nest it. */
export const errorAnswer = schema(
  Type.Union([
    Type.Object({ error: Type.String(), details: Type.Optional(Type.String()) }),
    Type.Object({ error: Type.Object({ message: Type.String() }) }),
  ]),
);

/** Names of fields, each with the field that it is nearly called like. */
export const unknownFieldsType = Type.Unsafe<Record<string, string>>({
  type: 'object',
  additionalProperties: { type: 'string' },
});

export const storedType = Type.Object({
  success: Type.Literal(true),
  /** Rows of the request. */
  count: Type.Integer({ minimum: 0 }),
  /** Local server only, where a row brought an id: how many of them were there already. */
  known: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Local server only: fields that it does not know and keeps, with the field that each is nearly called like. */
  unknown_fields: Type.Optional(unknownFieldsType),
});
/** Answer of the two routes that add rows. */
export const stored = schema(storedType);
export type StoredAnswer = Type.Static<typeof storedType>;

const jobImportedType = Type.Object({ unknown_fields: Type.Optional(Type.Unknown()) });
/** What is read of the answer to an import. */
export const jobImported = schema(jobImportedType);
export type JobImported = Type.Static<typeof jobImportedType>;

const healthAnswerType = Type.Object({
  status: Type.Literal('ok'),
  version: Type.String(),
  engine: Type.String(),
  /** Of the contract; the first did not say so. */
  edition: Type.Optional(Type.Integer()),
  /** One running server process. */
  instance: Type.String(),
  /** To a challenge alone: HMAC-SHA256 of `proofMessage`, in hex. */
  proof: Type.Optional(Type.String()),
});
/** Answer of `GET /health` of the local server. */
export const healthAnswer = schema(healthAnswerType);
export type HealthAnswer = Type.Static<typeof healthAnswerType>;
