import { readChat } from '../../model/chats/chat.ts';
import { plainChat } from '../../model/chats/chatText.ts';
import { stepsToField } from '../../wire/depth.ts';
import { parseExactly } from '../../wire/exactJson.ts';
import { formOfText, type PredictionInput, type SentPrediction } from '../../wire/sentPrediction.ts';
import { type ElementText, members, objectText } from '../storage/jsonText.ts';

/**
 * A prediction with the texts that it lacks, which are made of its chats: what knows texts alone reads those.
 *
 * @param source the JSON object that `sent` was parsed from
 * @param place of the row, empty for one by itself
 * @throws SchemaError naming the message that has another shape, where a text has to be made of it
 */
export function withTexts<T extends SentPrediction>(
  sent: T,
  source: ElementText | undefined,
  place = '',
): { input: T & PredictionInput; source: ElementText } {
  if (source === undefined) throw new Error(`${place} has no text`);
  if (hasTexts(sent)) return { input: sent, source };
  const content = members(source.text);
  const made: Partial<Record<keyof typeof formOfText, string>> = {};
  for (const name of ['prompt', 'prediction'] as const) {
    if (sent[name] !== undefined) continue;
    const form = formOfText[name];
    // As it was written: arguments of tools keep their digits.
    const messages = parseExactly(content.get(form) ?? 'null', stepsToField.ofRow, new Set());
    made[name] = plainChat(readChat(messages, place === '' ? form : `${place}.${form}`));
    content.set(name, JSON.stringify(made[name]));
  }
  const input = { ...sent, ...made };
  if (!hasTexts(input)) throw new Error(`${place} has no texts`);
  return { input, source: { text: objectText(content), memberCount: content.size } };
}

function hasTexts<T extends SentPrediction>(row: T): row is T & PredictionInput {
  return row.prompt !== undefined && row.prediction !== undefined;
}
