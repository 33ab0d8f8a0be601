import { element, setAttribute, setText } from '../../../dom.ts';
import type { Formats } from '../../../texts/formats.ts';
import { groupLineText, nothingTaughtText, supersededTexts } from '../../../texts/groupTexts.ts';
import { reasoningNote } from '../../../texts/reasoningTexts.ts';
import { showCut } from './cutText.ts';
import type { DrawCell } from './drawCell.ts';

/** What a row answers: the prediction, or what there is to say of a group of them. */
export function drawPrediction(cell: HTMLElement, formats: Formats): DrawCell {
  const superseded = element('span', { class: 'cell-note', hidden: true });
  const nothing = element('span', { class: 'cell-mark', hidden: true });
  const reasoning = element('span', { class: 'cell-note', hidden: true });
  const cutOff = element('span', { class: 'cell-note', hidden: true });
  const call = element('span', { class: 'cell-note', hidden: true });
  const text = element('span', { dir: 'auto', class: 'cell-text' });
  const content = element('span', { class: 'clip' }, superseded, nothing, reasoning, cutOff, call, text);
  cell.append(content);
  return (row, scores, cuts, found) => {
    const { group } = row;
    setAttribute(superseded, 'hidden', row.superseded === null);
    setText(superseded, row.superseded === null ? '' : supersededTexts[row.superseded]);
    const teachesNothing = group?.judged?.teachesNothing === true;
    setAttribute(nothing, 'hidden', !teachesNothing);
    // Of a cell's text nothing is its own but what one sees.
    setText(nothing, teachesNothing ? 'teaches nothing' : '');
    setAttribute(nothing, 'title', teachesNothing ? nothingTaughtText(group, scores, formats) : null);
    setAttribute(reasoning, 'hidden', row.reasoning === null);
    setText(reasoning, row.reasoning === null ? '' : reasoningNote(row.reasoning, formats));
    setAttribute(cutOff, 'hidden', row.cutOff !== true);
    setText(cutOff, row.cutOff === true ? 'cut off' : '');
    setAttribute(call, 'hidden', row.endsInCalls !== true);
    setText(call, row.endsInCalls === true ? 'ends with a tool call' : '');
    setAttribute(text, 'data-group', group !== null);
    const words = group === null ? row.prediction : groupLineText(group, scores, formats);
    setAttribute(text, 'data-empty', words === '' && row.endsInCalls !== true);
    if (group === null) showCut(text, words, cuts.prediction, found);
    else showCut(text, words, undefined, null);
    // The cell is mostly too narrow for all of it.
    setAttribute(text, 'title', group === null ? null : words);
  };
}
