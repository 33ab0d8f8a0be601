import { chatLines } from '../../model/chats/chatText.ts';
import { rowReply } from '../../model/chats/rowChats.ts';
import type { RepliedRow } from './answerText.ts';

/** All of a reply as a document: of a chat its messages, else the text with the reasoning that was sent beside it. */
export function replyDocument(row: RepliedRow): string {
  const { chat, last, endsInCalls, whole } = rowReply(row);
  return chat === null || last === null || (chat.length === 1 && !endsInCalls) ? whole : chatLines(chat);
}
