import { isWithinLevels, stepsToField } from '../../wire/depth.ts';
import { parseExactly } from '../../wire/exactJson.ts';
import type { Chat, ChatMessage, ChatPart, ToolCall } from './chat.ts';

/** Arguments of more characters are not read as JSON. */
const longestArguments = 1_000_000;

/**
 * A chat as one text, which is what is compared and searched: a paragraph a message, after its role; of one message alone
 * what it says. What is no text is named in brackets, a tool call is a line of name and arguments. Reasoning that stands
 * beside a message is no part of it.
 */
export function plainChat(chat: Chat): string {
  const [only] = chat;
  if (chat.length === 1 && only !== undefined) return plainMessage(only);
  return chat.map((message) => `${speakerOf(message)}: ${plainMessage(message)}`).join('\n');
}

/** What a message says, and the calls in it, as one text. */
export function plainMessage({ parts, calls }: ChatMessage): string {
  const text = partsText(parts);
  return [...(text === '' ? [] : [text]), ...calls.map(callLine)].join('\n');
}

/** What a message says, without its calls. */
export function partsText(parts: readonly ChatPart[]): string {
  let [whole, wasMedia] = ['', false];
  for (const part of parts) {
    const isMedia = part.kind === 'media';
    const text = isMedia ? `[${part.type}]` : part.text;
    const isApart = whole === '' || text === '' || /\s$/.test(whole) || /^\s/.test(text);
    whole += (isMedia || wasMedia) && !isApart ? ` ${text}` : text;
    wasMedia = isMedia;
  }
  return whole;
}

/**
 * A chat as lines, for an editor that compares line by line: each message below its role, with its reasoning, and with
 * the arguments of its calls as JSON on lines of their own.
 */
export function chatLines(chat: Chat): string {
  return chat
    .map((message) => {
      const { reasoning, parts, calls } = message;
      const thought = reasoning === null || reasoning.trim() === '' ? [] : [`<think>\n${reasoning.trim()}\n</think>`];
      const said = parts.length === 0 ? [] : [partsText(parts)];
      const called = calls.map((call) => `${call.name}\n${argumentsText(call, 2)}`.trimEnd());
      return [`${speakerOf(message)}:`, ...thought, ...said, ...called].join('\n');
    })
    .join('\n\n');
}

/** "tool add": who speaks. */
function speakerOf({ role, name }: ChatMessage): string {
  return name === null || name === '' ? role : `${role} ${name}`;
}

function callLine(call: ToolCall): string {
  return `${call.name}(${argumentsText(call, 0).replaceAll(/\s*[\r\n]+\s*/g, ' ')})`;
}

/**
 * The arguments of a call as JSON, whichever form they were sent in, with the digits that they were sent with; a text that
 * is no JSON is as it is. Empty where there are none.
 *
 * @param indent in spaces; 0 for one line
 */
export function argumentsText({ arguments: sent }: ToolCall, indent: number): string {
  if (sent === null) return '';
  const value = typeof sent === 'string' ? (objectIn(sent) ?? sent) : sent;
  return typeof value === 'string' ? value : (JSON.stringify(value, null, indent) ?? '');
}

/** The object or list that a text is the JSON of. */
function objectIn(text: string): object | undefined {
  if (text.length > longestArguments || !/^\s*[[{]/.test(text)) return undefined;
  try {
    const value = parseExactly(text, stepsToField.ofRow, new Set());
    return typeof value === 'object' && value !== null && isWithinLevels(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What a chat asks: its last message of a user; without one, its last that says something. */
export function lastQuestion(chat: Chat): string {
  const asked = chat.findLast(({ role }) => role === 'user' || role === 'human');
  const said = asked ?? chat.findLast((message) => plainMessage(message) !== '');
  return said === undefined ? '' : plainMessage(said);
}

/**
 * What tells a prompt from all others: the whole of it, with every message of its chat and where its images are from.
 *
 * @param messages the prompt as a chat, as it was sent; what is no chat tells nothing
 */
export function wholePrompt(prompt: string, messages: readonly ChatMessage[] | null): string {
  // No text that somebody wrote begins so.
  return messages === null ? prompt : `\u0000${JSON.stringify(messages)}`;
}
