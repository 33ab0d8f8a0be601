import type { ReasoningTags } from '../../model/reasoning.ts';
import type { Prediction } from '../../wire/prediction.ts';
import type { WholeTexts } from '../protocol/texts.ts';
import { answerText } from './answerText.ts';
import { rooms, shownPrompt } from './promptText.ts';

/** @param finalOnly reasoning, and what went before in a chat, stand apart from the answer */
export function wholeTexts(
  row: Prediction | undefined,
  tags: readonly ReasoningTags[] | undefined,
  finalOnly: boolean,
): WholeTexts | null {
  if (row === undefined) return null;
  const { text, part: _part, ...answer } = answerText(row, tags, finalOnly, rooms.row);
  return { ...shownPrompt(row, tags, rooms.row), groundTruth: row.ground_truth ?? null, prediction: text, ...answer };
}
