import { type Chat, chatOf } from '../model/chats/chat.ts';
import { plainChat, wholePrompt } from '../model/chats/chatText.ts';
import { isObject } from './rows.ts';

/** A chat in a cell: the messages as they are kept, and as they are read. */
export interface CellChat {
  readonly messages: readonly unknown[];
  readonly chat: Chat;
}

/** ShareGPT's names of who speaks. */
const shareGptRoles: ReadonlyMap<unknown, string> = new Map([
  ['human', 'user'],
  ['user', 'user'],
  ['gpt', 'assistant'],
  ['assistant', 'assistant'],
  ['system', 'system'],
  ['tool', 'tool'],
  ['observation', 'tool'],
]);

/**
 * A chat: a list of messages, one message, or an object that holds such a list under `messages`. ShareGPT's `{from, value}`
 * are read as `{role, content}`.
 *
 * @returns undefined for what is none
 */
export function cellChat(value: unknown): CellChat | undefined {
  if (isObject(value)) return cellChat(Array.isArray(value['messages']) ? value['messages'] : [value]);
  if (!Array.isArray(value)) return undefined;
  const messages = value.map(withRole);
  const chat = chatOf(messages);
  return chat === null ? undefined : { messages, chat };
}

function withRole(message: unknown): unknown {
  if (!isObject(message) || 'role' in message || typeof message['value'] !== 'string') return message;
  const role = shareGptRoles.get(message['from']);
  return role === undefined ? message : { role, content: message['value'] };
}

export function chatText({ chat }: CellChat): string {
  return plainChat(chat);
}

/** A part of a chat, from one message to before another; undefined where there is none. */
export function partOf(chat: CellChat, start: number, end?: number): CellChat | undefined {
  return cellChat(chat.messages.slice(start, end));
}

/** Where the reply at a chat's end begins: behind the last message that is neither the model's own nor a tool's. */
export function replyStart({ chat }: CellChat): number {
  const repliers = ['assistant', 'tool', 'function', 'model'];
  return chat.findLastIndex(({ role }) => !repliers.includes(role)) + 1;
}

/** What tells a prompt from others, in whatever order the names in its messages stand. */
export function wholeText(prompt: string, chat: CellChat | undefined): string {
  return wholePrompt(prompt, chat === undefined ? null : (JSON.parse(canonical(chat.chat)) as Chat));
}

/** JSON whose names are sorted, so that their order says nothing. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
