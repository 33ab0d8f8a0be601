import '../styles/difference.css';
import type { DifferencePart } from '../../src/panel/protocol.ts';
import { element, setAttribute, setText } from '../dom.ts';
import { stopAtScroller } from './scrollStop.ts';

export interface DifferenceView {
  readonly element: HTMLElement;
  /** Shows the difference; where there is none to show, `otherwise` as plain text. */
  show(parts: readonly DifferencePart[] | null, otherwise: string): void;
}

/**
 * Two texts in one: what the second has more as `ins`, what the first had more as `del`. Wrapped, and scrolled in
 * itself when it is very long. The document is touched only when something differs, so that selections stay.
 */
export function createDifference(): DifferenceView {
  const content = element('div', { class: 'long-text code difference', dir: 'auto' });
  let shown: readonly DifferencePart[] | null = null;

  return {
    element: content,
    show: (parts, otherwise) => {
      if (parts === null) {
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
