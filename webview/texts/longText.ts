import { element, setAttribute, setText } from '../dom.ts';
import { showInForm } from './rendered/textForm.ts';
import { stopAtScroller } from './scrollStop.ts';

export interface LongText {
  readonly element: HTMLElement;
  show(text: string | null): void;
}

/** A whole text of a model or a data set: wrapped, and scrolled in itself when it is very long. */
export function createLongText(kind: 'prose' | 'code'): LongText {
  const content = element('div', { class: `long-text ${kind}`, dir: 'auto' });
  let shown: string | null | undefined;
  return {
    element: content,
    show: (text) => {
      if (text === shown) return;
      shown = text;
      setAttribute(content, 'data-empty', text === '');
      content.classList.toggle('absent', text === null);
      showInForm(content, text ?? '', () => {
        setText(content, text ?? 'None');
        stopAtScroller(content);
      });
    },
  };
}
