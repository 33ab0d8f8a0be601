import { element, setText } from '../../../dom.ts';
import type { LeftOut } from './excerpts.ts';

/** Shows a text, without what is to be left out of it: that is there, but out of sight. */
export function showCut(content: HTMLElement, text: string, cut: LeftOut | undefined) {
  content.toggleAttribute('data-excerpt', cut !== undefined);
  if (cut === undefined) {
    setText(content, text);
    return;
  }
  const [from, to] = cut;
  const middle = element('span', { class: 'left-out' }, text.slice(from, to));
  content.replaceChildren(element('span', { class: 'cut-head' }, text.slice(0, from)), middle, text.slice(to));
}
