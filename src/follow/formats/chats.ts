import { isObject } from '../../tables/rows.ts';

/** A message of a chat, as templates of chats take it. */
export type Message = Readonly<Record<string, unknown>> & { readonly role: string };

export function isMessage(value: unknown): value is Message {
  return isObject(value) && typeof value['role'] === 'string';
}

/** A prompt and the reply to it, in their form and as texts. */
export interface ChatTexts {
  readonly prompt: string;
  readonly prediction: string;
  readonly messages: readonly Message[];
  readonly answer: readonly Message[];
}

/** Of a reply in several messages, as with tools, the last one is what is compared. */
export function chatTexts(messages: readonly Message[], answer: readonly Message[]): ChatTexts {
  return { prompt: textOfChat(messages), prediction: textOfChat(answer.slice(-1)), messages, answer };
}

/** As a person reads it; one message alone is its content. */
export function textOfChat(messages: readonly Message[]): string {
  const [only] = messages;
  if (messages.length === 1 && only !== undefined) return textOfMessage(only);
  return messages.map((message) => `${message.role}: ${textOfMessage(message)}`).join('\n');
}

function textOfMessage({ content, tool_calls: calls }: Message): string {
  const text = typeof content === 'string' ? content : Array.isArray(content) ? content.map(textOfPart).join('') : '';
  const called = Array.isArray(calls) ? calls.map(textOfCall) : [];
  return [...(text === '' ? [] : [text]), ...called].join('\n');
}

function textOfPart(part: unknown): string {
  if (!isObject(part)) return '';
  return typeof part['text'] === 'string' ? part['text'] : `[${String(part['type'] ?? 'image').replace(/_url$/, '')}]`;
}

function textOfCall(call: unknown): string {
  const called = isObject(call) && isObject(call['function']) ? call['function'] : call;
  if (!isObject(called)) return '';
  const { name, arguments: given } = called;
  return `${String(name)}(${typeof given === 'string' ? given : JSON.stringify(given ?? {})})`;
}
