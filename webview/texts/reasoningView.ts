import type { ReasoningText } from '../../src/panel/protocol/texts.ts';
import { element, setAttribute, setText } from '../dom.ts';
import { type CutText, createCutText, type WayToAll } from './cutText.ts';
import type { Formats } from './formats.ts';
import { reasoningTitle } from './reasoningTexts.ts';

export interface ReasoningView {
  readonly element: HTMLElement;
  /** Nothing where there is none, and where the text beside it holds it. */
  show(reasoning: ReasoningText | null): void;
  /** The host has all of it; null where it has not. */
  fill(text: string | null): void;
}

const noWay: WayToAll = { whose: () => 'Reasoning', ask: () => {} };

/**
 * What a model thought before its answer, folded until the reader opens it.
 *
 * @param all absent where what is told is all there is, or what it belongs to leads to the rest
 */
export function createReasoning(formats: Formats, all?: WayToAll): ReasoningView {
  const title = element('summary', { class: 'reasoning-title' });
  /** Most answers have none: their rows and entries hold no text that nobody sees. */
  let text: CutText | null = null;
  const fold = element('details', { class: 'reasoning', hidden: true }, title);
  // A click on it opens no row.
  fold.addEventListener('click', (event) => event.stopPropagation());
  return {
    element: fold,
    show: (reasoning) => {
      const shown = reasoning?.text ?? null;
      setAttribute(fold, 'hidden', shown === null);
      setText(title, reasoning === null ? '' : reasoningTitle(reasoning, formats));
      if (reasoning === null || shown === null) {
        text?.element.remove();
        text = null;
        return;
      }
      text ??= createCutText('prose', formats, all ?? noWay);
      if (text.element.parentElement !== fold) fold.append(text.element);
      text.show(shown, all !== undefined && shown.length < reasoning.characters ? reasoning.characters : undefined);
    },
    fill: (whole) => text?.fill(whole),
  };
}
