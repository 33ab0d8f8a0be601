import type { DifferencePart } from '../../../src/panel/protocol.ts';
import { element, setAttribute, setText } from '../../dom.ts';
import { createDifference } from '../../texts/differenceView.ts';
import type { Formats } from '../../texts/formats.ts';
import { createLongText } from '../../texts/longText.ts';
import { beginning, beginningOf } from './beginnings.ts';

/** So many characters are laid out at once without a pause that one would feel. */
const enough = 100_000;

export interface FullText {
  readonly element: HTMLElement;
  /** @param difference shown in place of the text where there is one */
  show(text: string | null, difference?: readonly DifferencePart[] | null): void;
}

/** A whole text, however long: of a very long one the beginning is drawn, and the rest when the reader asks for it. */
export function createFullText(kind: 'prose' | 'code' | 'difference', formats: Formats): FullText {
  const plain = createLongText(kind === 'prose' ? 'prose' : 'code');
  const marked = createDifference();
  const button = element('button', { type: 'button', class: 'link' });
  const view = kind === 'difference' ? marked : plain;
  let whole = false;
  let shown: { text: string | null; difference: readonly DifferencePart[] | null } = { text: null, difference: null };

  function draw() {
    const { text, difference } = shown;
    const length = difference?.reduce((sum, part) => sum + part.text.length, 0) ?? text?.length ?? 0;
    const cut = !whole && length > enough;
    setAttribute(button, 'hidden', !cut);
    setText(button, `Show all ${formats.count(text?.length ?? 0)} characters`);
    const drawn = text !== null && cut ? beginning(text, enough) : text;
    if (kind !== 'difference') plain.show(drawn);
    else marked.show(difference !== null && cut ? beginningOf(difference, enough) : difference, drawn ?? '');
  }

  button.addEventListener('click', () => {
    whole = true;
    view.element.tabIndex = 0;
    view.element.focus();
    draw();
  });
  return {
    element: element('div', {}, view.element, button),
    show: (text, difference = null) => {
      shown = { text, difference };
      draw();
    },
  };
}
