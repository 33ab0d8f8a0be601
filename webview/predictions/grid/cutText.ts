import { element } from '../../dom.ts';
import type { Formats } from '../../texts/formats.ts';
import { createLongText } from '../../texts/longText.ts';
import { createShowAll, showAllText } from '../../texts/showAll.ts';

export interface CutText {
  readonly element: HTMLElement;
  /** @param characters how long it is where `text` is its beginning */
  show(text: string | null, characters: number | undefined): void;
  /** The host has all of it. */
  fill(text: string | null): void;
}

/**
 * A text that is told as its beginning, and whole where the reader asks for it.
 *
 * @param of whose it is, for those who do not see it
 * @param ask asks the host for all of it
 */
export function createCutText(
  kind: 'prose' | 'code',
  { of, formats, ask }: { of: string; formats: Formats; ask: () => void },
): CutText {
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
    all.show({ words, isCut, isWhole: isWanted && !(isCut && whole === null), of });
  }

  return {
    element: element('div', {}, view.element, all.button),
    show: (text, characters) => {
      told = { text, characters };
      draw();
    },
    fill: (text) => {
      held = text;
      draw();
    },
  };
}
