import { element, setAttribute, setText } from '../dom.ts';
import type { Formats } from './formats.ts';

export interface ShowAll {
  /** To stand right behind its text. Out of sight as long as that neither scrolls nor is a beginning only. */
  readonly button: HTMLElement;
  show(told: {
    /** "Show all 12,000 characters" */
    words: string;
    /** The text is only the beginning. */
    isCut: boolean;
    /** The reader wants all of it. */
    isWhole: boolean;
    /** Whose it is, for those who do not see it: "prediction, Epoch 3" */
    of?: string;
  }): void;
}

/**
 * The way from a long text in a place that scrolls to all of it in the page, and back.
 *
 * @param text its element, as `stopAtScroller` knows it
 */
export function createShowAll(text: HTMLElement, press: () => void): ShowAll {
  const words = element('span');
  const whose = element('span', { class: 'spoken' });
  const button = element('button', { type: 'button', class: 'link show-all' }, words, whose);
  button.addEventListener('click', (event) => {
    // A click on it opens no row.
    event.stopPropagation();
    const wasWhole = text.hasAttribute('data-whole');
    press();
    // It went up by all that is folded now.
    if (wasWhole) button.scrollIntoView({ block: 'nearest' });
  });
  return {
    button,
    show: (told) => {
      setText(words, told.isWhole ? 'Show less' : told.words);
      setText(whose, told.of === undefined ? '' : `, ${told.of}`);
      setAttribute(text, 'data-cut', told.isCut);
      setAttribute(text, 'data-whole', told.isWhole);
    },
  };
}

export function showAllText(characters: number, formats: Formats): string {
  return `Show all ${formats.count(characters)} ${characters === 1 ? 'character' : 'characters'}`;
}
