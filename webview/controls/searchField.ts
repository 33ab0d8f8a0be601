import { element } from '../dom.ts';

/** How long the reader pauses in typing before the search starts, in ms. */
const pause = 150;

export interface SearchField {
  readonly element: HTMLElement;
  /** Shows the text that is searched for, unless the reader is typing another. */
  show(text: string): void;
}

/** A field for a text to search. Escape empties it. @param label what it is called, inside it too */
export function createSearchField(label: string, search: (text: string) => void): SearchField {
  const input = element('input', {
    type: 'search',
    class: 'search',
    'aria-label': label,
    placeholder: label,
    maxlength: 1000,
    autocomplete: 'off',
    spellcheck: 'false',
    dir: 'auto',
  });
  let typing: number | undefined;

  function finish() {
    clearTimeout(typing);
    typing = undefined;
    search(input.value);
  }

  input.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(finish, pause);
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      input.value = '';
    }
    if (event.key === 'Escape' || event.key === 'Enter') finish();
  });

  return {
    element: input,
    show: (text) => {
      if (typing === undefined && input.value !== text) input.value = text;
    },
  };
}
