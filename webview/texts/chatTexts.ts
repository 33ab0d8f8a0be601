import type { ShownChat, ShownMessage, ShownPart } from '../../src/model/chats/shownChat.ts';
import { plainName } from '../../src/plainText.ts';
import type { Formats } from './formats.ts';

/** Roles that say how to answer, and nothing that is asked: their messages are folded. */
const systemRoles: ReadonlySet<string> = new Set(['system', 'developer']);

export function isSystem({ role }: Pick<ShownMessage, 'role'>): boolean {
  return systemRoles.has(role);
}

/** "tool · add": who speaks, in a name that others chose. */
export function speakerText({ role, name }: Pick<ShownMessage, 'role' | 'name'>): string {
  return name === null || name === '' ? plainName(role) : `${plainName(role)} · ${plainName(name)}`;
}

/** "system · 1,234 characters": what a folded message is headed. */
export function foldedTitle(message: ShownMessage, formats: Formats): string {
  const characters = message.parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 0), 0);
  const length = `${formats.count(characters)} ${characters === 1 ? 'character' : 'characters'}`;
  return `${speakerText(message)} · ${length}`;
}

/** "image · 12 kB": what stands for something that is no text. */
export function mediaText({ media, address, size }: Exclude<ShownPart, string>, formats: Formats): string {
  const told = address !== null ? plainName(address) : size !== null ? sizeText(size, formats) : null;
  return told === null ? plainName(media) : `${plainName(media)} · ${told}`;
}

function sizeText(bytes: number, formats: Formats): string {
  if (bytes < 1000) return `${formats.count(bytes)} ${bytes === 1 ? 'byte' : 'bytes'}`;
  if (bytes < 1_000_000) return `${formats.count(Math.round(bytes / 1000))} kB`;
  return `${formats.count(Math.round(bytes / 100_000) / 10)} MB`;
}

/** What of a chat is not shown; empty where all of it is. @param rest where that is */
export function leftOutText({ earlier, isCut }: ShownChat, rest: string, formats: Formats): string {
  const left = earlier === 0 ? '' : `${formats.count(earlier)} earlier ${earlier === 1 ? 'message' : 'messages'}`;
  if (left === '') return isCut ? `Long texts are cut. ${rest}`.trimEnd() : '';
  return `${left} left out${isCut ? ', long texts are cut' : ''}. ${rest}`.trimEnd();
}

/** Whether there is more of a chat than is shown. */
export function isBeginning({ earlier, isCut }: ShownChat): boolean {
  return isCut || earlier > 0;
}

/** Said in place of a final answer. */
export const endsInCallsText = 'No final answer: the last message calls a tool.';
