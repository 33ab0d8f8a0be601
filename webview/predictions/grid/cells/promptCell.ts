import { element, setAttribute, setText } from '../../../dom.ts';
import { showCut } from './cutText.ts';
import type { DrawCell } from './drawCell.ts';

/** What a row asks: of a chat its last question, with a mark. */
export function drawPrompt(cell: HTMLElement): DrawCell {
  // What has a direction of its own has no say in that of the cell: the text alone decides it.
  const mark = element('span', { class: 'cell-note', dir: 'ltr', hidden: true });
  const text = element('span', { class: 'cell-text' });
  cell.append(element('span', { class: 'clip', dir: 'auto' }, mark, text));
  return ({ prompt, isChat = false }, _scores, cuts, found) => {
    setAttribute(mark, 'hidden', !isChat);
    // Of a cell's text nothing is its own but what one sees.
    setText(mark, isChat ? 'chat' : '');
    setAttribute(mark, 'title', isChat ? 'The last question of a chat' : null);
    showCut(text, prompt, cuts.prompt, found);
  };
}
