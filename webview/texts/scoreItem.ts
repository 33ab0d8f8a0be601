import { element } from '../dom.ts';
import type { EntryScore } from './entryScores.ts';

/** A score in a list of those of one answer. */
export function scoreItem({ title, value, decides, meaning }: EntryScore): HTMLElement {
  return element(
    'li',
    { class: 'entry-score', title: meaning, 'data-decides': decides },
    element('span', { class: 'entry-score-name', dir: 'auto' }, title),
    ' ',
    element('span', { class: 'entry-score-value' }, value),
    ...(decides ? [element('span', { class: 'spoken' }, ', the deciding score')] : []),
  );
}
