import { chatOf } from '../../model/chats/chat.ts';
import { plainChat } from '../../model/chats/chatText.ts';
import { requiredText } from './cells.ts';
import { RowError } from './format.ts';

/** A prompt and the reply to it, in their form and as texts. */
export interface ChatTexts {
  readonly prompt: string;
  readonly prediction: string;
  readonly messages: readonly unknown[];
  readonly answer: readonly unknown[];
}

/** @param column that they are from @throws RowError for what is no chat */
export function chatTexts(column: string, messages: readonly unknown[], answer: readonly unknown[]): ChatTexts {
  return { prompt: chatText(column, messages), prediction: chatText(column, answer), messages, answer };
}

/** Messages as one text. @throws RowError for what is no chat */
export function chatText(column: string, messages: unknown): string {
  const chat = chatOf(messages);
  if (chat === null) throw new RowError(`"${column}" is no chat`);
  return plainChat(chat);
}

/** What a column holds as a text, and in its form where it is a chat. @throws RowError where there is no such column */
export function formAndText(
  cells: Readonly<Record<string, unknown>>,
  column: string,
): { text: string; form?: readonly unknown[] } {
  const value = cells[column];
  return Array.isArray(value) && isChat(value)
    ? { text: chatText(column, value), form: value }
    : { text: requiredText(cells, column) };
}

export function isChat(value: unknown): boolean {
  return chatOf(value) !== null;
}

export function roleOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null ? (message as Record<string, unknown>)['role'] : undefined;
}
