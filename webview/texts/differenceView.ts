import '../styles/difference.css';
import type { DifferencePart } from '../../src/panel/protocol/texts.ts';
import { element, setAttribute } from '../dom.ts';
import { type Hit, piecesOf } from './foundText.ts';
import { showInForm } from './rendered/textForm.ts';
import { stopAtScroller } from './scrollStop.ts';

export interface DifferenceView {
  readonly element: HTMLElement;
  /**
   * Shows the difference; where there is none to show, or texts are rendered, the text alone.
   *
   * @param places of `text` where something is wrong: ascending. Parts that do not make up that text show none of them.
   */
  show(parts: readonly DifferencePart[] | null, text: string, places?: readonly Hit[]): void;
}

/**
 * Two texts in one: what the second has more as `ins`, what the first had more as `del`. Wrapped, and scrolled in
 * itself when it is very long. The document is touched only when something differs, so that selections stay.
 */
export function createDifference(): DifferenceView {
  const content = element('div', { class: 'long-text code difference', dir: 'auto' });
  let shown: { parts: readonly DifferencePart[] | null; text: string; places: string } | null = null;

  return {
    element: content,
    show: (parts, text, places = []) => {
      const toldPlaces = JSON.stringify(places);
      const isSame = shown?.text === text && shown.places === toldPlaces && equal(shown.parts, parts);
      if (isSame) return;
      shown = { parts, text, places: toldPlaces };
      setAttribute(content, 'data-empty', parts === null && text === '');
      const draw = () => {
        content.replaceChildren(...placedNodes(parts ?? [{ kind: 'same', text }], text, places));
        stopAtScroller(content);
      };
      showInForm(content, text, draw, places);
    },
  };
}

/** The places are of the second text, of which removed pieces are no part. */
function placedNodes(parts: readonly DifferencePart[], text: string, places: readonly Hit[]): Node[] {
  const second = places.length === 0 ? '' : parts.map((part) => (part.kind === 'removed' ? '' : part.text)).join('');
  // Of a difference by key they are not, and of a long one only the beginning is drawn.
  if (!text.startsWith(second) && !second.startsWith(text)) return parts.map(nodeOf);
  let start = 0;
  return parts.flatMap((part) => {
    if (part.kind === 'removed') return [nodeOf(part)];
    const here = places.map(([from, to]): Hit => [from - start, to - start]);
    const pieces = piecesOf(part.text, [0, part.text.length], here);
    start += part.text.length;
    return pieces.map(({ text, isHit }) => {
      const node = nodeOf({ kind: part.kind, text });
      return isHit ? element('mark', { class: 'error-place' }, node) : node;
    });
  });
}

function nodeOf({ kind, text }: DifferencePart): Node {
  if (kind === 'same') return document.createTextNode(text);
  // A line break leaves nothing to underline or to strike through: style sheets show a sign for it.
  return element(kind === 'added' ? 'ins' : 'del', { 'data-breaks': /^[\r\n]+$/.test(text) }, text);
}

function equal(one: readonly DifferencePart[] | null, other: readonly DifferencePart[] | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.length === other.length &&
    one.every((part, index) => part.kind === other[index]?.kind && part.text === other[index]?.text)
  );
}
