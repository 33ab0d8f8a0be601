import { type ReasoningTags, splitReasoning } from '../../model/reasoning.ts';
import type { ReasoningText } from '../protocol.ts';
import { cell } from './cell.ts';

/** A reply as it is shown and compared. */
export interface AnswerText {
  /** The final answer, or all that was said. */
  readonly text: string;
  readonly reasoning: ReasoningText | null;
  /** Names the text among those of its prediction. */
  readonly part: string;
}

/** @param finalOnly reasoning stands apart from the text */
export function answerText(
  prediction: string,
  tags: readonly ReasoningTags[] | undefined,
  finalOnly: boolean,
): AnswerText {
  const { reasoning, ended, answer } = splitReasoning(prediction, tags);
  if (reasoning === null) return { text: prediction, reasoning: null, part: '' };
  const told = { characters: reasoning.length, ended };
  if (!finalOnly) return { text: prediction, reasoning: { ...told, text: null }, part: '' };
  return { text: answer, reasoning: { ...told, text: reasoning }, part: ` last ${answer.length}` };
}

/** The same as a list of many carries it. */
export function cutAnswer({ text, reasoning }: AnswerText): { prediction: string; reasoning: ReasoningText | null } {
  const cut = reasoning?.text == null ? reasoning : { ...reasoning, text: cell(reasoning.text) };
  return { prediction: cell(text), reasoning: cut };
}
