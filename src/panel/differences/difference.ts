/** The difference between two texts, piece by piece. Pure. */
import { type ChangeObject, diffChars, diffWordsWithSpace } from 'diff';
import type { DifferencePart } from '../protocol/texts.ts';
import { isProse } from './prose.ts';

/** Texts that are longer together are compared by word, in characters. */
const byCharacter = 2000;
/** Of two readings of one text, words that are the same have less than this share of the characters… */
const fewKept = 0.3;
/** …and yet more than this share of them is the same. Sentences that have nothing to do with each other share half. */
const mostKept = 0.7;

/**
 * How `to` came from `from`: by word where one of them is prose or they are long, else by character (code points, so no
 * emoji is cut). Prose in which nearly every word is slightly another, as of a reader of images that takes one letter for
 * another, is compared by character too: by word all of it would be replaced.
 *
 * @param limit ms after which a way of comparing gives up: very different long texts can take minutes
 * @returns null when it gave up
 */
export function findDifference(from: string, to: string, limit: number): DifferencePart[] | null {
  const options = { timeout: limit };
  const characters = from.length + to.length;
  const inCharacters = (): DifferencePart[] | null => diffChars(from, to, options)?.map(toPart) ?? null;
  if (characters <= byCharacter && !isProse(from) && !isProse(to)) return inCharacters();
  const words = diffWordsWithSpace(from, to, options)?.map(toPart) ?? null;
  if (words === null) return null;
  if (characters <= byCharacter && keptShare(words) < fewKept) {
    const spelling = inCharacters();
    if (spelling !== null && keptShare(spelling) > mostKept) return spelling;
  }
  return joined(words);
}

/** How much of two texts is the same, from 0 to 1, spaces apart. */
function keptShare(parts: readonly DifferencePart[]): number {
  let [kept, all] = [0, 0];
  for (const { kind, text } of parts) {
    const { length } = text.replace(/\s+/gu, '');
    all += kind === 'same' ? 2 * length : length;
    if (kind === 'same') kept += 2 * length;
  }
  return all === 0 ? 1 : kept / all;
}

/** Replaced words beside each other as one piece: a space between them that stayed would have each read for itself. */
function joined(parts: readonly DifferencePart[]): DifferencePart[] {
  const made: DifferencePart[] = [];
  for (let place = 0; place < parts.length; ) {
    const run = { removed: '', added: '' };
    let gap = '';
    let next = place;
    for (; next < parts.length; next += 1) {
      const part = parts[next];
      if (part === undefined) break;
      if (part.kind === 'same') {
        const isReplaced = run.removed !== '' && run.added !== '';
        if (!isReplaced || gap !== '' || !/^[^\S\r\n]+$/u.test(part.text) || !isReplacedAt(parts, next + 1)) break;
        gap = part.text;
      } else {
        if (gap !== '') {
          run.removed += gap;
          run.added += gap;
          gap = '';
        }
        run[part.kind] += part.text;
      }
    }
    if (run.removed !== '') made.push({ kind: 'removed', text: run.removed });
    if (run.added !== '') made.push({ kind: 'added', text: run.added });
    const same = parts[next];
    if (same !== undefined) made.push(same);
    place = next + 1;
  }
  return made;
}

/** Something is replaced by something else there. */
function isReplacedAt(parts: readonly DifferencePart[], place: number): boolean {
  const kinds = [parts[place]?.kind, parts[place + 1]?.kind];
  return kinds.includes('removed') && kinds.includes('added');
}

function toPart({ added, removed, value }: ChangeObject<string>): DifferencePart {
  return { kind: added ? 'added' : removed ? 'removed' : 'same', text: value };
}
