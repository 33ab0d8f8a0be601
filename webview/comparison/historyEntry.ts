import type { HistoryEntry } from '../../src/panel/protocol.ts';
import { element, setAttribute, setText } from '../dom.ts';
import { validationText } from '../predictions/grid/columns.ts';
import { createDifference } from '../texts/differenceView.ts';
import type { Formats } from '../texts/formats.ts';
import { cutText, markText } from './comparisonTexts.ts';

export interface HistoryEntryView {
  readonly element: HTMLElement;
  /** @param canDiff there is a text to open it against */
  show(entry: HistoryEntry, canDiff: boolean): void;
  /** Scrolls to the entry and gives its heading the focus. */
  jumpTo(): void;
}

/** One epoch's answer to the sample. */
export function createHistoryEntry(
  id: string,
  formats: Formats,
  act: { copy(id: string): void; openDiff(id: string): void },
): HistoryEntryView {
  const epoch = element('h2', { class: 'entry-epoch', tabindex: -1 });
  const step = element('span', { class: 'entry-step' });
  const prediction = createDifference();
  const rest = element('p', { class: 'cut-note' });
  const mark = element('span', { class: 'entry-mark', title: 'Against the epoch before, by character error rate' });
  const rate = element('span', { class: 'entry-rate', title: 'Character error rate' });
  const validation = element('span', { class: 'entry-validation', title: "The validator's verdict" });
  // Which epoch's they are is said to those alone who do not see it.
  const ofEpoch = [element('span', { class: 'spoken' }), element('span', { class: 'spoken' })] as const;
  const diff = element('button', { type: 'button', class: 'quiet-button' }, 'Open in diff editor', ofEpoch[0]);
  const copy = element('button', { type: 'button', class: 'quiet-button' }, 'Copy', ofEpoch[1]);
  diff.addEventListener('click', () => act.openDiff(id));
  copy.addEventListener('click', () => act.copy(id));
  const entry = element(
    'li',
    { class: 'entry', 'data-id': id },
    element('div', { class: 'entry-head' }, epoch, step),
    element('div', { class: 'entry-text' }, prediction.element, rest),
    element('div', { class: 'entry-scores' }, mark, rate, validation),
    element('div', { class: 'entry-actions' }, diff, copy),
  );

  return {
    element: entry,
    show: (present, canDiff) => {
      const name = `Epoch ${formats.count(present.epoch)}`;
      setText(epoch, name);
      setText(step, `step ${formats.count(present.step)}`);
      prediction.show(present.difference, present.prediction);
      const whole = canDiff ? 'The diff editor shows all of it.' : 'Copy takes all of it.';
      setText(rest, present.difference === null ? cutText(present.prediction, whole, formats) : '');
      setText(mark, markText(present.mark));
      setAttribute(mark, 'data-change', present.mark);
      setText(rate, present.charErrorRate === null ? '–' : formats.rate(present.charErrorRate));
      setText(validation, validationText(present.validationPass));
      const tone = present.validationPass ? 'good' : 'bad';
      setAttribute(validation, 'data-tone', present.validationPass === null ? 'quiet' : tone);
      setAttribute(diff, 'hidden', !canDiff);
      setText(ofEpoch[0], `, ${name}`);
      setText(ofEpoch[1], ` prediction, ${name}`);
    },
    jumpTo: () => {
      entry.scrollIntoView({ block: 'center', behavior: 'instant' });
      epoch.focus({ preventScroll: true });
    },
  };
}
