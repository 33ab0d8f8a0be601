import { element, setAttribute, setText } from '../dom.ts';
import type { Formats } from '../texts/formats.ts';
import { newEntriesText } from './comparisonTexts.ts';

export interface NewEntries {
  readonly element: HTMLElement;
  /** An entry that came in, the newest of all. */
  watch(entry: HTMLElement): void;
  /** Another sample is shown: nothing of it is news. */
  forget(): void;
}

/**
 * A button that says how many entries came in above what the reader looks at, until they have been in sight. It floats
 * over the list, so that it moves nothing.
 *
 * @param byEpoch every epoch has one step
 * @param goToTop called when it is pressed
 */
export function createNewEntries(formats: Formats, byEpoch: () => boolean, goToTop: () => void): NewEntries {
  const button = element('button', { type: 'button', class: 'new-entries' });
  const unseen = new Set<Element>();
  const observer = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) {
      if (!isIntersecting && target.isConnected) continue;
      unseen.delete(target);
      observer.unobserve(target);
    }
    show();
  });

  function show() {
    setAttribute(button, 'hidden', unseen.size === 0);
    setText(button, newEntriesText(unseen.size, byEpoch(), formats));
  }

  function forget() {
    observer.disconnect();
    unseen.clear();
    show();
  }

  button.addEventListener('click', goToTop);
  show();
  return {
    element: element('div', { class: 'new-entries-place' }, button),
    watch: (entry) => {
      unseen.add(entry);
      // Says at once whether it is in sight.
      observer.observe(entry);
    },
    forget,
  };
}
