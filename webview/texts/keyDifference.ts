import type { DifferencePart, KeyDifference } from '../../src/panel/protocol/texts.ts';
import type { Formats } from './formats.ts';

/** "city: Houston Austin", a line a key, with what was marked as removed and what is as added; the answer where nothing is. */
export function keyParts(
  { changes, more }: KeyDifference,
  answer: string,
  formats: Formats,
): readonly DifferencePart[] {
  if (changes.length === 0) return [{ kind: 'same', text: answer }];
  const parts = changes.flatMap(({ path, from, to }, index): DifferencePart[] => [
    { kind: 'same', text: `${index === 0 ? '' : '\n'}${path}: ` },
    ...(from === null ? [] : [{ kind: 'removed' as const, text: from }]),
    ...(from === null || to === null ? [] : [{ kind: 'same' as const, text: ' ' }]),
    ...(to === null ? [] : [{ kind: 'added' as const, text: to }]),
  ]);
  if (more === 0) return parts;
  return [...parts, { kind: 'same', text: `\n… ${formats.count(more)} more` }];
}

/** "3 keys differ", or that nothing does. */
export function keyNote({ changes, more }: KeyDifference, formats: Formats): string {
  const count = changes.length + more;
  if (count === 0) return 'The same data: the order of keys and spaces do not count.';
  return count === 1 ? '1 key differs.' : `${formats.count(count)} keys differ.`;
}
