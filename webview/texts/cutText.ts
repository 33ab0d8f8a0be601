import { element } from '../dom.ts';
import type { Formats } from './formats.ts';
import { createLongText } from './longText.ts';
import { createShowAll, showAllText } from './showAll.ts';

export interface CutText {
  readonly element: HTMLElement;
  /** @param characters how long it is where `text` is its beginning */
  show(text: string | null, characters: number | undefined): void;
  /** The host has all of it; null where it has not. */
  fill(text: string | null): void;
}

/** The way to all of what is told as its beginning. */
export interface WayToAll {
  /** Whose it is, for those who do not see it. */
  readonly whose: () => string;
  /** Asks the host for all of it. */
  readonly ask: () => void;
}

/** A text that is told as its beginning, and whole where the reader asks for it. */
export function createCutText(kind: 'prose' | 'code', formats: Formats, { whose, ask }: WayToAll): CutText {
  const view = createLongText(kind);
  let told: { text: string | null; characters: number | undefined } = { text: null, characters: undefined };
  let held: string | null = null;
  let isWanted = false;
  const all = createShowAll(view.element, () => {
    isWanted = !isWanted;
    if (isWanted && told.characters !== undefined && held === null) ask();
    draw();
  });

  function draw() {
    const isCut = told.characters !== undefined;
    const whole = held?.length === told.characters ? held : null;
    view.show(isWanted && isCut ? (whole ?? told.text) : told.text);
    const words = showAllText(told.characters ?? told.text?.length ?? 0, formats);
    all.show({ words, isCut, isWhole: isWanted && !(isCut && whole === null), of: whose() });
  }

  return {
    element: element('div', {}, view.element, all.button),
    show: (text, characters) => {
      // Another text is as long as it is told until the reader asks for it.
      if (text !== told.text) [held, isWanted] = [null, false];
      told = { text, characters };
      draw();
    },
    fill: (text) => {
      held = text;
      draw();
    },
  };
}
