import type { DifferencePart } from '../../../src/panel/protocol/texts.ts';
import { element } from '../../dom.ts';
import { createDifference } from '../../texts/differenceView.ts';
import type { Formats } from '../../texts/formats.ts';
import type { Hit } from '../../texts/foundText.ts';
import { createLongText } from '../../texts/longText.ts';
import { createShowAll, showAllText } from '../../texts/showAll.ts';
import { beginning, beginningOf } from './beginnings.ts';

/** So many characters are laid out at once without a pause that one would feel. */
const enough = 100_000;

export interface FullText {
  readonly element: HTMLElement;
  /**
   * @param difference shown in place of the text where there is one
   * @param places as of `DifferenceView`
   */
  show(text: string | null, difference?: readonly DifferencePart[] | null, places?: readonly Hit[]): void;
}

/**
 * A whole text, however long, in a place that scrolls until the reader wants all of it in the page; of a very long one only
 * the beginning is drawn before.
 */
export function createFullText(kind: 'prose' | 'code' | 'difference', formats: Formats): FullText {
  const plain = createLongText(kind === 'prose' ? 'prose' : 'code');
  const marked = createDifference();
  const view = kind === 'difference' ? marked : plain;
  const all = createShowAll(view.element, () => {
    whole = !whole;
    draw();
  });
  let whole = false;
  let shown: { text: string | null; difference: readonly DifferencePart[] | null; places: readonly Hit[] } = {
    text: null,
    difference: null,
    places: [],
  };

  function draw() {
    const { text, difference, places } = shown;
    const length = difference?.reduce((sum, part) => sum + part.text.length, 0) ?? text?.length ?? 0;
    const cut = !whole && length > enough;
    all.show({ words: showAllText(text?.length ?? 0, formats), isCut: cut, isWhole: whole });
    const drawn = text !== null && cut ? beginning(text, enough) : text;
    if (kind !== 'difference') plain.show(drawn);
    else marked.show(difference !== null && cut ? beginningOf(difference, enough) : difference, drawn ?? '', places);
  }

  return {
    element: element('div', {}, view.element, all.button),
    show: (text, difference = null, places = []) => {
      shown = { text, difference, places };
      draw();
    },
  };
}
