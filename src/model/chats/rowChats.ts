import type { Prediction } from '../../wire/prediction.ts';
import { type ReasoningTags, type Reply, splitReasoning, usualTags } from '../reasoning.ts';
import { type Chat, type ChatMessage, chatInText, chatOf } from './chat.ts';
import { partsText } from './chatText.ts';

/** What of a prediction may have the form of a chat. */
export type ChatFields = Pick<Prediction, 'prompt' | 'prediction' | 'messages' | 'answer' | 'reasoning_content'>;

/** The prompt of a prediction as a chat; null where it is a text. */
export function promptChat({ prompt, messages }: Pick<ChatFields, 'prompt' | 'messages'>): Chat | null {
  return (messages === undefined ? null : chatOf(messages)) ?? chatInText(prompt);
}

/** A reply that may be a chat: with calls of tools and their results before the final answer. */
export interface RowReply extends Reply {
  /** Null where it is a text. */
  readonly chat: Chat | null;
  /** The place in the chat of the last message of the model, whose reasoning and answer these are. */
  readonly last: number | null;
  /** That message calls tools: there is no final answer. */
  readonly endsInCalls: boolean;
  /** The whole reply, with its reasoning in it. */
  readonly whole: string;
}

/**
 * The reply of a prediction, told apart. Of an `answer` the final answer is the text of the last assistant message, and
 * empty where that calls tools; else it is that of `prediction`. Reasoning is what stands between tags, and
 * `reasoning_content` of the row or of that message.
 *
 * @param wasCut the reply ended for want of room: reasoning that nothing follows never ended then
 */
export function rowReply(
  row: Pick<ChatFields, 'prediction' | 'answer' | 'reasoning_content'>,
  tags?: readonly ReasoningTags[],
  wasCut = false,
): RowReply {
  const { prediction, answer, reasoning_content: beside } = row;
  const chat = answer === undefined ? null : chatOf(answer);
  const last = chat?.findLastIndex(({ role }) => role === 'assistant') ?? -1;
  const message = chat?.[last];
  const thought = typeof beside === 'string' ? beside : '';
  if (chat === null || message === undefined) {
    const reply = withThought(splitReasoning(prediction, tags), thought, wasCut);
    return { ...reply, chat: null, last: null, endsInCalls: false, whole: wholeOf(prediction, thought, tags) };
  }
  const reply = messageReply(message, tags, thought, wasCut && last === chat.length - 1);
  const endsInCalls = message.calls.length > 0;
  const whole = wholeOf(prediction, message.reasoning ?? thought, tags);
  return { ...reply, answer: endsInCalls ? '' : reply.answer, chat, last, endsInCalls, whole };
}

/** What one message of a chat thought and said. @param thought what is told beside the chat of its reasoning */
export function messageReply(
  { parts, reasoning, calls }: ChatMessage,
  tags?: readonly ReasoningTags[],
  thought = '',
  wasCut = false,
): Reply {
  const reply = splitReasoning(partsText(parts), tags);
  return withThought(reply, (reasoning ?? '') || thought, wasCut && calls.length === 0);
}

/** A reply with the reasoning that was sent beside it, before what stands in it. */
function withThought(reply: Reply, thought: string, wasCut: boolean): Reply {
  const beside = thought.trim();
  if (beside === '') return reply;
  const answer = reply.answer.trim();
  const isSame = reply.reasoning === null || reply.reasoning === '' || reply.reasoning === beside;
  return {
    reasoning: isSame ? beside : `${beside}\n\n${reply.reasoning}`,
    ended: reply.ended && !(wasCut && answer === ''),
    answer,
  };
}

/** As models write it that do not tell their reasoning beside their answer. */
function wholeOf(prediction: string, thought: string, [first]: readonly ReasoningTags[] = usualTags): string {
  const [open, close] = first ?? ['', ''];
  return thought.trim() === '' ? prediction : `${open}\n${thought.trim()}\n${close}\n\n${prediction}`;
}
