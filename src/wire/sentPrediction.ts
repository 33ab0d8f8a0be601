import * as Type from 'typebox';
import { content, nullable, place, secondEdition, texts } from './prediction.ts';
import { schema } from './schema.ts';

const chatText = '{role, content, name?, tool_calls?, tool_call_id?, reasoning_content?}';

/**
 * Texts that have a form. What has another shape than its description says is kept like an unknown field: these names
 * were anybody's before.
 */
const forms = {
  messages: Type.Optional(
    Type.Unknown({
      description: `The prompt as a chat: a list of ${chatText}. Without a prompt its text is made of it`,
      examples: [[{ role: 'user', content: 'What is 2 + 2?' }]],
    }),
  ),
  answer: Type.Optional(
    Type.Unknown({
      description: `The reply as a list of messages, ${chatText}. Without a prediction its text is made of it`,
      examples: [[{ role: 'assistant', content: '4' }]],
    }),
  ),
  reasoning_content: Type.Optional(
    Type.Unknown({ description: 'A text: what the model thought before its final answer' }),
  ),
};

/** The field that holds the form of a text. */
export const formOfText = { prompt: 'messages', prediction: 'answer' } as const;

/** A text may be absent where its form is there. */
const textsOrForms = {
  allOf: Object.entries(formOfText).map(([text, form]) => ({ anyOf: [{ required: [text] }, { required: [form] }] })),
};
const ownTexts = { prompt: Type.Optional(texts.prompt), prediction: Type.Optional(texts.prediction) };

/** A prediction as it is posted. */
const sentPredictionType = Type.Object(
  { ...place, ...ownTexts, ...content, ...secondEdition, ...forms, job_id: Type.Optional(Type.String()) },
  textsOrForms,
);
export type SentPrediction = Type.Static<typeof sentPredictionType>;
/** The same with the texts that it lacked. */
export type PredictionInput = SentPrediction & { prompt: string; prediction: string };

/** What a prediction has that may have been stored before. */
const stored = {
  id: nullable(Type.String({ minLength: 1, maxLength: 200, pattern: '^[\\x21-\\x7e]*$' })),
  /** ISO 8601. */
  created_at: nullable(Type.String({ maxLength: 64, pattern: '^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d[0-9:.+Z-]*$' })),
};

/** A row of a table that is imported. */
export const importedPrediction = schema(Type.Object({ ...place, ...texts, ...content, ...secondEdition, ...stored }));

/** A line that an import sends. */
export const importedLine = schema(
  Type.Object({ ...place, ...ownTexts, ...content, ...secondEdition, ...forms, ...stored }, textsOrForms),
);

/** Body of `POST /api/training/local/predictions`. */
export const predictionBatch = schema(
  Type.Object({ job_id: Type.String({ minLength: 1 }), predictions: Type.Array(sentPredictionType, { minItems: 1 }) }),
);
