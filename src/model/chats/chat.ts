import { isWithinLevels, mostLevels, stepsToField } from '../../wire/depth.ts';
import { parseExactly } from '../../wire/exactJson.ts';
import { SchemaError } from '../../wire/schema.ts';

/** A piece of what a message says. */
export type ChatPart =
  | { readonly kind: 'text'; readonly text: string }
  /** An image, or something else that is no text: `image`, `audio`, `video`, or what its sender calls it. */
  | { readonly kind: 'media'; readonly type: string; readonly sent: Readonly<Record<string, unknown>> };

/** A tool that a model asks for. */
export interface ToolCall {
  readonly name: string;
  /** Any JSON, or a text that mostly is JSON; null where there are none. */
  readonly arguments: unknown;
  /** By which the result names its call. */
  readonly id: string | null;
}

/** A message as OpenAI's API and Hugging Face's chat templates have it. All of its texts are untrusted. */
export interface ChatMessage {
  readonly role: string;
  /** Who speaks, or the tool whose result it is, which may be known by its call. */
  readonly name: string | null;
  /** None where a model only calls tools. */
  readonly parts: readonly ChatPart[];
  readonly calls: readonly ToolCall[];
  /** The call that it is the result of. */
  readonly callId: string | null;
  /** What the model thought before; null where nothing is told of it. */
  readonly reasoning: string | null;
}

export type Chat = readonly ChatMessage[];

/** Messages of a chat, and parts and calls of a message, at most: what has more is no chat. */
export const mostMessages = 10_000;

/** Longer texts are not looked at for a chat in them, in characters. */
const longestText = 4_000_000;

/**
 * Reads a list of messages, `{role, content, name?, tool_calls?, tool_call_id?, reasoning_content?}`: the content a text,
 * a list of parts, or null (or not there) where the message has calls or reasoning instead. Other fields are left alone.
 *
 * @param place what the value is called in the error
 * @throws SchemaError naming the first message and field that has another shape, and what would be right
 */
export function readChat(value: unknown, place: string): Chat {
  const messages = listAt(value, place, 'messages {role, content}');
  if (messages.length === 0) throw new SchemaError(place, 'expected at least one message');
  return withNames(messages.map((message, index) => readMessage(message, `${place}[${index}]`)));
}

/** A result may tell by its call alone of which tool it is. */
function withNames(chat: Chat): Chat {
  const names = new Map<string, string>();
  return chat.map((message) => {
    for (const { id, name } of message.calls) if (id !== null) names.set(id, name);
    const name = message.callId === null ? undefined : names.get(message.callId);
    return message.name !== null || name === undefined ? message : { ...message, name };
  });
}

/** The same; null for what is no chat. */
export function chatOf(value: unknown): Chat | null {
  if (!Array.isArray(value)) return null;
  try {
    return readChat(value, '');
  } catch (error) {
    if (error instanceof SchemaError) return null;
    throw error;
  }
}

/** The chat that a text is the JSON of; null where it is none. */
export function chatInText(text: string): Chat | null {
  if (text.length > longestText || !/^\s*\[\s*\{/.test(text) || !text.includes('"role"')) return null;
  try {
    return chatOf(parseExactly(text, stepsToField.ofRow, new Set()));
  } catch {
    return null;
  }
}

function readMessage(message: unknown, place: string): ChatMessage {
  const { role, name, content, tool_calls, function_call, tool_call_id, reasoning_content } = objectAt(message, place);
  if (typeof role !== 'string' || role === '') throw new SchemaError(`${place}.role`, 'expected a text');
  const calls = tool_calls == null ? [] : listAt(tool_calls, `${place}.tool_calls`, 'tool calls');
  const read: ChatMessage = {
    role,
    name: textAt(name, `${place}.name`),
    parts: readContent(content, `${place}.content`),
    calls: calls.map((call, index) => readCall(call, `${place}.tool_calls[${index}]`)),
    callId: textAt(tool_call_id, `${place}.tool_call_id`),
    reasoning: textAt(reasoning_content, `${place}.reasoning_content`),
  };
  // The form before `tool_calls`.
  const all = function_call == null ? read : { ...read, calls: [readCall(function_call, `${place}.function_call`)] };
  if (content !== undefined || all.calls.length > 0 || all.reasoning !== null) return all;
  throw new SchemaError(`${place}.content`, 'required: a text, a list of parts, or null');
}

function readContent(content: unknown, place: string): ChatPart[] {
  if (content == null) return [];
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) throw new SchemaError(place, 'expected a text, a list of parts, or null');
  return listAt(content, place, 'parts').map((part, index) => readPart(part, `${place}[${index}]`));
}

/** Tables fill the fields that a part has not with null. */
function readPart(part: unknown, place: string): ChatPart {
  const sent = objectAt(part, place);
  const { type, text } = sent;
  if (typeof text === 'string' && (type == null || (typeof type === 'string' && type.endsWith('text')))) {
    return { kind: 'text', text };
  }
  if (typeof type === 'string' && type !== '' && !type.endsWith('text')) {
    return { kind: 'media', type: kindOf(type), sent };
  }
  if (type == null && sent['image'] != null) return { kind: 'media', type: 'image', sent };
  throw new SchemaError(place, 'expected {type: "text", text} or {type: "image", …}');
}

/** `image_url` and `input_image` are images. */
function kindOf(type: string): string {
  return (
    ['image', 'audio', 'video'].find((kind) =>
      type
        .toLowerCase()
        .split(/[^a-z]/)
        .includes(kind),
    ) ?? type
  );
}

/** `{id, type, function: {name, arguments}}`, or the inner one alone. */
function readCall(call: unknown, place: string): ToolCall {
  const outer = objectAt(call, place);
  const isNested = outer['function'] != null;
  const at = isNested ? `${place}.function` : place;
  const { name, arguments: given } = isNested ? objectAt(outer['function'], at) : outer;
  if (typeof name !== 'string' || name === '') throw new SchemaError(`${at}.name`, 'expected a text');
  if (typeof given === 'object' && given !== null && !isWithinLevels(given)) {
    throw new SchemaError(`${at}.arguments`, `more than ${mostLevels} levels deep`);
  }
  return { name, arguments: given ?? null, id: textAt(outer['id'], `${place}.id`) };
}

function listAt(value: unknown, place: string, of: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new SchemaError(place, `expected a list of ${of}`);
  if (value.length > mostMessages) throw new SchemaError(place, `expected at most ${mostMessages} ${of}`);
  return value;
}

function objectAt(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SchemaError(place, 'expected an object');
}

function textAt(value: unknown, place: string): string | null {
  if (value == null) return null;
  if (typeof value === 'string') return value;
  throw new SchemaError(place, 'expected a text or null');
}
