import type { ChatPart } from './chat.ts';

/** What can be told of an image without showing it. */
export interface Media {
  readonly media: string;
  /** Null where it was sent itself, or nothing tells it. */
  readonly address: string | null;
  /** Of what was sent itself, in bytes; null where nothing tells it. */
  readonly size: number | null;
}

/** Longer names and addresses are cut, in characters. */
const longest = { type: 50, address: 300 };

/** Where APIs and data sets put what a part holds: under the name of its type, and in it. */
const holders = ['image_url', 'image', 'source', 'audio', 'input_audio', 'audio_url', 'video', 'video_url', 'file'];
const names = ['url', 'path', 'file_path', 'filename', 'file_name', 'file_id', 'data', 'bytes', 'base64'];

/** Of a part that is no text: where it is from, or how large it is. */
export function mediaOf({ type, sent }: Extract<ChatPart, { kind: 'media' }>): Media {
  const media = type.slice(0, longest.type);
  for (const value of [...heldBy(sent, holders).flatMap(inner), ...heldBy(sent, names)]) {
    const told = toldBy(value);
    if (told !== null) return { media, ...told };
  }
  return { media, address: null, size: null };
}

/** What may be an address or data: the value itself, or what it holds. */
function inner(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null && !isBytes(value)
    ? heldBy(value as Readonly<Record<string, unknown>>, names)
    : [value];
}

function heldBy(object: Readonly<Record<string, unknown>>, fields: readonly string[]): unknown[] {
  return fields.flatMap((field) => (Object.hasOwn(object, field) && object[field] != null ? [object[field]] : []));
}

function toldBy(value: unknown): Pick<Media, 'address' | 'size'> | null {
  if (isBytes(value)) return { address: null, size: value.length };
  if (typeof value !== 'string' || value === '') return null;
  const data = /^data:[^,]{0,200},/.exec(value)?.[0];
  if (data !== undefined) {
    const length = value.length - data.length;
    return { address: null, size: data.includes(';base64') ? bytesOfBase64(value, length) : length };
  }
  // Nobody writes an address or a path of such length.
  if (value.length > 4096 && !/[^\w+/=-]/.test(value.slice(0, 4096))) {
    return { address: null, size: bytesOfBase64(value, value.length) };
  }
  return { address: value.length > longest.address ? `${value.slice(0, longest.address)}…` : value, size: null };
}

function isBytes(value: unknown): value is ArrayLike<unknown> {
  return value instanceof Uint8Array || (Array.isArray(value) && typeof value[0] === 'number');
}

/** @param length of the base64 that the text ends with */
function bytesOfBase64(text: string, length: number): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((length * 3) / 4) - padding);
}
