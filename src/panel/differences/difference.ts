/** The difference between two texts, piece by piece. Pure. */
import { type ChangeObject, diffChars, diffWordsWithSpace } from 'diff';
import type { DifferencePart } from '../protocol.ts';

/** Texts that are longer together are compared by word, in characters. */
const byCharacter = 2000;

/**
 * How `to` came from `from`: by character (code points, so no emoji is cut) while they are short, else by word.
 *
 * @param limit ms after which it gives up: very different long texts can take minutes
 * @returns null when it gave up
 */
export function findDifference(from: string, to: string, limit: number): DifferencePart[] | null {
  const options = { timeout: limit };
  const changes =
    from.length + to.length <= byCharacter ? diffChars(from, to, options) : diffWordsWithSpace(from, to, options);
  return changes?.map(toPart) ?? null;
}

function toPart({ added, removed, value }: ChangeObject<string>): DifferencePart {
  return { kind: added ? 'added' : removed ? 'removed' : 'same', text: value };
}
