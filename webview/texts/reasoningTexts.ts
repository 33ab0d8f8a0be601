import type { Row } from '../../src/panel/protocol/table.ts';
import type { Reasoning } from '../../src/panel/protocol/texts.ts';
import type { Formats } from './formats.ts';

/** "Reasoning · 1,234 characters": what folded reasoning is headed. */
export function reasoningTitle({ characters, ended }: Reasoning, formats: Formats): string {
  return `Reasoning · ${lengthText(characters, formats)}${ended ? '' : ' · never ended'}`;
}

/** "reasoning 1,234 characters": what a cell leaves out before the answer. */
export function reasoningNote({ characters, ended }: NonNullable<Row['reasoning']>, formats: Formats): string {
  return ended ? `reasoning ${lengthText(characters, formats)}` : 'reasoning never ended';
}

function lengthText(characters: number, formats: Formats): string {
  return `${formats.count(characters)} ${characters === 1 ? 'character' : 'characters'}`;
}

/** "cut off at 64 tokens"; empty where it was not. */
export function cutOffText(cutOff: { tokens: number | null } | null, formats: Formats): string {
  if (cutOff === null) return '';
  const { tokens } = cutOff;
  if (tokens === null) return 'cut off';
  return `cut off at ${formats.count(tokens)} ${tokens === 1 ? 'token' : 'tokens'}`;
}
