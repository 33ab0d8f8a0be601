import type { ReasoningText } from '../../src/panel/protocol.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Formats } from './formats.ts';
import { createLongText } from './longText.ts';
import { reasoningTitle } from './reasoningTexts.ts';

export interface ReasoningView {
  readonly element: HTMLElement;
  /** Nothing where there is none, and where the text beside it holds it. */
  show(reasoning: ReasoningText | null): void;
}

/** What a model thought before its answer, folded until the reader opens it. */
export function createReasoning(formats: Formats): ReasoningView {
  const title = element('summary', { class: 'reasoning-title' });
  const text = createLongText('prose');
  const fold = element('details', { class: 'reasoning', hidden: true }, title);
  // A click on it opens no row.
  fold.addEventListener('click', (event) => event.stopPropagation());
  return {
    element: fold,
    show: (reasoning) => {
      const shown = reasoning?.text ?? null;
      setAttribute(fold, 'hidden', shown === null);
      // Most answers have none: their rows and entries hold no text that nobody sees.
      if (shown === null) text.element.remove();
      else if (text.element.parentElement !== fold) fold.append(text.element);
      setText(title, reasoning === null ? '' : reasoningTitle(reasoning, formats));
      text.show(shown ?? '');
    },
  };
}
