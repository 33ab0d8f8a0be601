import type { ReasoningTags } from '../reasoning.ts';
import type { Chat, ChatMessage, ChatPart } from './chat.ts';
import { argumentsText } from './chatText.ts';
import { mediaOf } from './media.ts';
import { messageReply } from './rowChats.ts';

/** A text, or a mark for what is none. */
export type ShownPart =
  | string
  | {
      /** `image`, or what else it is. */
      readonly media: string;
      /** Where it is from; null where it was sent itself, or nothing tells it. */
      readonly address: string | null;
      /** Of what was sent itself, in bytes; null where nothing tells it. */
      readonly size: number | null;
    };

/** A message as it is read. All of its texts are untrusted. */
export interface ShownMessage {
  readonly role: string;
  /** Who speaks, or the tool whose result it is. */
  readonly name: string | null;
  readonly reasoning: { readonly text: string; readonly characters: number; readonly ended: boolean } | null;
  readonly parts: readonly ShownPart[];
  /** Arguments as JSON on several lines; empty where there are none. */
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
}

/** A chat as it is read, as far as there is room for it. */
export interface ShownChat {
  readonly messages: readonly ShownMessage[];
  /** How many messages before them are left out. */
  readonly earlier: number;
  /** Some text is only the beginning. */
  readonly isCut: boolean;
  /** How long all texts are together, where one is only the beginning and no message is left out. */
  readonly characters?: number;
}

/** How much of a chat is shown: of what has no room, the first messages. */
export interface Room {
  readonly messages: number;
  /** Of all texts together. */
  readonly characters: number;
}

/** Roles and names of more characters are cut. */
const longestName = 100;
const indent = 2;

/** @param without the place of a message whose reasoning, or which itself, stands elsewhere */
export function shownChat(
  chat: Chat,
  tags: readonly ReasoningTags[] | undefined,
  room: Room,
  without: { readonly place: number; readonly what: 'message' | 'reasoning' } | null = null,
): ShownChat {
  const shown: ShownMessage[] = [];
  let left = room.characters;
  let isCut = false;
  const take = (text: string): string => {
    const taken = text.length <= left ? text : text.slice(0, endBefore(text, Math.max(0, left)));
    if (taken.length < text.length) isCut = true;
    left -= text.length;
    return taken;
  };
  let place = chat.length - 1;
  // From the end, where what is asked stands.
  for (; place >= 0 && shown.length < room.messages && left > 0; place -= 1) {
    const message = chat[place];
    if (message === undefined || (place === without?.place && without.what === 'message')) continue;
    const hasReasoning = place !== without?.place;
    shown.push(shownMessage(message, tags, { take, hasReasoning }));
  }
  const isLast = without?.what === 'message' && without.place <= place;
  const earlier = place + 1 - (isLast ? 1 : 0);
  const isKnown = isCut && earlier === 0;
  return { messages: shown.reverse(), earlier, isCut, ...(isKnown ? { characters: room.characters - left } : {}) };
}

function shownMessage(
  message: ChatMessage,
  tags: readonly ReasoningTags[] | undefined,
  how: {
    readonly take: (text: string) => string;
    readonly hasReasoning: boolean;
  },
): ShownMessage {
  const { take } = how;
  const { reasoning, ended, answer } = messageReply(message, tags);
  // Where there are tags, the text is told apart; images stand in it by their marks.
  const isTold = reasoning !== null && reasoning !== message.reasoning?.trim();
  const { name } = message;
  return {
    role: message.role.slice(0, longestName),
    name: name === null ? null : name.slice(0, longestName),
    parts: isTold ? [take(answer)] : message.parts.map((part) => shownPart(part, take)),
    calls: message.calls.map((call) => ({
      name: call.name.slice(0, longestName),
      arguments: take(argumentsText(call, indent)),
    })),
    reasoning:
      reasoning === null || !how.hasReasoning ? null : { text: take(reasoning), characters: reasoning.length, ended },
  };
}

function shownPart(part: ChatPart, take: (text: string) => string): ShownPart {
  return part.kind === 'text' ? take(part.text) : mediaOf(part);
}

/** A pair of surrogates is not cut in two. */
function endBefore(text: string, end: number): number {
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code <= 0xdbff ? end - 1 : end;
}
