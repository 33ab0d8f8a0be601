import '../styles/difference.css';
import type { DifferencePart } from '../../src/panel/protocol.ts';
import { element, setAttribute, setText } from '../dom.ts';
import { type Hit, piecesOf } from './foundText.ts';
import { stopAtScroller } from './scrollStop.ts';

export interface DifferenceView {
  readonly element: HTMLElement;
  /**
   * Shows the difference; where there is none to show, `otherwise` as plain text.
   *
   * @param places of the second text, or of `otherwise`, where something is wrong: ascending
   */
  show(parts: readonly DifferencePart[] | null, otherwise: string, places?: readonly Hit[]): void;
}

/**
 * Two texts in one: what the second has more as `ins`, what the first had more as `del`. Wrapped, and scrolled in
 * itself when it is very long. The document is touched only when something differs, so that selections stay.
 */
export function createDifference(): DifferenceView {
  const content = element('div', { class: 'long-text code difference', dir: 'auto' });
  let shown: readonly DifferencePart[] | null = null;
  /** What was shown with places in it; empty where it has none. */
  let placed = '';

  return {
    element: content,
    show: (parts, otherwise, places = []) => {
      if (places.length > 0 || placed !== '') {
        const told = JSON.stringify([parts ?? otherwise, places]);
        if (told === placed) return;
        placed = places.length > 0 ? told : '';
        content.replaceChildren(...placedNodes(parts ?? [{ kind: 'same', text: otherwise }], places));
      } else if (parts === null) {
        // The text may read the same with its marks as without.
        if (shown !== null) content.replaceChildren();
        setText(content, otherwise);
      } else {
        if (shown !== null && equal(shown, parts)) return;
        content.replaceChildren(...parts.map(nodeOf));
      }
      shown = parts;
      setAttribute(content, 'data-empty', parts === null && otherwise === '');
      stopAtScroller(content);
    },
  };
}

/** The places are of the second text, of which removed pieces are no part. */
function placedNodes(parts: readonly DifferencePart[], places: readonly Hit[]): Node[] {
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

function equal(one: readonly DifferencePart[], other: readonly DifferencePart[]): boolean {
  return (
    one.length === other.length &&
    one.every((part, index) => part.kind === other[index]?.kind && part.text === other[index]?.text)
  );
}
