import type { HistoryEntry } from '../../src/panel/protocol.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Formats } from '../formats.ts';
import { createLongText } from '../longText.ts';
import { validationText } from '../predictions/columns.ts';
import { type Change, changeSigns } from './comparisonTexts.ts';

export interface HistoryEntryView {
  readonly element: HTMLElement;
  show(entry: HistoryEntry, change: Change | null): void;
}

/** One epoch's answer to the sample. */
export function createHistoryEntry(formats: Formats): HistoryEntryView {
  const epoch = element('h2', { class: 'entry-epoch' });
  const step = element('span', { class: 'entry-step' });
  const prediction = createLongText('code');
  const mark = element('span', { class: 'entry-mark' });
  const rate = element('span', { class: 'entry-rate', title: 'Character error rate' });
  const validation = element('span', { class: 'entry-validation', title: "The validator's verdict" });
  return {
    element: element(
      'li',
      { class: 'entry' },
      element('div', { class: 'entry-head' }, epoch, step),
      element('div', { class: 'entry-text' }, prediction.element),
      element('div', { class: 'entry-scores' }, mark, rate, validation),
    ),
    show: (entry, change) => {
      setText(epoch, `Epoch ${formats.count(entry.epoch)}`);
      setText(step, `step ${formats.count(entry.step)}`);
      prediction.show(entry.prediction);
      setText(mark, change === null ? '' : `${changeSigns[change]} ${change}`);
      setAttribute(mark, 'data-change', change);
      setText(rate, entry.charErrorRate === null ? '–' : formats.rate(entry.charErrorRate));
      setText(validation, validationText(entry.validationPass));
      const tone = entry.validationPass ? 'good' : 'bad';
      setAttribute(validation, 'data-tone', entry.validationPass === null ? 'quiet' : tone);
    },
  };
}
