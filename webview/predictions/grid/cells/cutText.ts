import { element, setText } from '../../../dom.ts';
import { hitsIn, piecesOf } from '../../../texts/foundText.ts';
import type { LeftOut } from './excerpts.ts';

/**
 * Shows a text, without what is to be left out of it: that is there, but out of sight.
 *
 * @param found what is searched for and is marked; null where nothing is
 */
export function showCut(content: HTMLElement, text: string, cut: LeftOut | undefined, found: RegExp | null) {
  content.toggleAttribute('data-excerpt', cut !== undefined);
  const hits = found === null ? [] : hitsIn(text, found);
  if (cut === undefined && hits.length === 0) {
    // The text may read the same with its marks as without.
    if (content.firstElementChild !== null) content.replaceChildren();
    setText(content, text);
    return;
  }
  const nodes = (from: number, to: number) =>
    piecesOf(text, [from, to], hits).map(({ text: words, isHit }) => (isHit ? element('mark', {}, words) : words));
  if (cut === undefined) {
    content.replaceChildren(...nodes(0, text.length));
    return;
  }
  const [from, to] = cut;
  const middle = element('span', { class: 'left-out' }, text.slice(from, to));
  content.replaceChildren(element('span', { class: 'cut-head' }, ...nodes(0, from)), middle, ...nodes(to, text.length));
}
