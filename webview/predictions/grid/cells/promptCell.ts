import type { Row } from '../../../../src/panel/protocol.ts';
import { element, setAttribute, setText } from '../../../dom.ts';
import type { Scores } from '../../../scores.ts';
import type { CellTexts } from './cellTexts.ts';

/** What a row asks: of a chat its last question, with a mark. */
export function drawPrompt(cell: HTMLElement): (row: Row, scores: Scores, texts: CellTexts) => void {
  const mark = element('span', { class: 'cell-note', hidden: true });
  const text = element('span', { dir: 'auto', class: 'cell-text' });
  cell.append(element('span', { class: 'clip' }, mark, text));
  return ({ prompt, isChat = false }, _scores, texts) => {
    setAttribute(mark, 'hidden', !isChat);
    // Of a cell's text nothing is its own but what one sees.
    setText(mark, isChat ? 'chat' : '');
    setAttribute(mark, 'title', isChat ? 'The last question of a chat' : null);
    setText(text, texts.prompt ?? prompt);
    setAttribute(text, 'data-excerpt', texts.prompt !== undefined);
  };
}
