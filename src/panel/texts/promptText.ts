import { chatInText, chatOf } from '../../model/chats/chat.ts';
import { lastQuestion } from '../../model/chats/chatText.ts';
import { promptChat } from '../../model/chats/rowChats.ts';
import { type Room, shownChat } from '../../model/chats/shownChat.ts';
import type { ReasoningTags } from '../../model/reasoning.ts';
import type { PredictionStore } from '../../store/predictionStore.ts';
import type { RowTable } from '../../store/rowTable.ts';
import type { SampleAnswers } from '../../store/sampleIndex.ts';
import type { Prediction } from '../../wire/prediction.ts';
import { cellCharacters, type PromptForm } from '../protocol/texts.ts';
import { cell, cutLength } from './cell.ts';

/** What is shown of a chat in an open row, and where many texts travel in one message. */
export const rooms = {
  row: { messages: 500, characters: 100_000 },
  list: { messages: 50, characters: cellCharacters },
} as const satisfies Record<string, Room>;

/** Of each table: what the `messages` ask that come again, by their numbers; null for those that are no chat. */
const known = new WeakMap<RowTable, Map<number, string | null>>();

/** What the chat of a row's prompt asks last; null where the prompt is a text. */
export function questionOf(table: RowTable, row: number): string | null {
  return questionOfMessages(table, row) ?? questionOfText(table.prompt(row));
}

function questionOfMessages(table: RowTable, row: number): string | null {
  const number = table.messagesNumber(row);
  if (number === null) return null;
  // The prompts of a job come again at each checkpoint.
  const found = number === undefined ? undefined : known.get(table)?.get(number);
  if (found !== undefined) return found;
  const chat = chatOf(table.read(row).messages);
  const question = chat === null ? null : lastQuestion(chat);
  if (number !== undefined) known.set(table, (known.get(table) ?? new Map()).set(number, question));
  return question;
}

function questionOfText(prompt: string): string | null {
  const chat = chatInText(prompt);
  return chat === null ? null : lastQuestion(chat);
}

/** What a sample asks: of a chat the last question of its newest row. */
export function askedOf(store: PredictionStore, { key, prompt }: Pick<SampleAnswers, 'key' | 'prompt'>): string {
  const { table } = store;
  const [newest] = table.hasMessages ? store.historyRows(key, 1) : [];
  return (newest === undefined ? questionOfText(prompt) : questionOf(table, newest)) ?? prompt;
}

/** The whole prompt of a row, or as much of its chat as there is room for. */
export function shownPrompt(
  row: Pick<Prediction, 'prompt' | 'messages'>,
  tags: readonly ReasoningTags[] | undefined,
  room: Room,
): PromptForm {
  const chat = promptChat(row);
  return chat === null ? { prompt: row.prompt } : { prompt: '', promptChat: shownChat(chat, tags, room) };
}

/** The same of a row of the store, cut as where many texts travel in one message. */
export function shownPromptOf(
  { table }: PredictionStore,
  row: number,
  tags: readonly ReasoningTags[] | undefined,
): PromptForm {
  if (questionOf(table, row) === null) {
    const prompt = table.prompt(row);
    const promptCharacters = cutLength(prompt);
    return { prompt: cell(prompt), ...(promptCharacters === undefined ? {} : { promptCharacters }) };
  }
  return shownPrompt(table.read(row), tags, rooms.list);
}
