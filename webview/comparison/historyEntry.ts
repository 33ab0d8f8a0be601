import type { HistoryEntry } from '../../src/panel/protocol.ts';
import { element, setAttribute, setChildren, setText } from '../dom.ts';
import { validationText } from '../predictions/grid/columns.ts';
import type { Scores } from '../scores.ts';
import { createDifference } from '../texts/differenceView.ts';
import { entryScores, hasOwnScores, markMeaning } from '../texts/entryScores.ts';
import type { Formats } from '../texts/formats.ts';
import { scoreItem } from '../texts/scoreItem.ts';
import { checkpointTexts, cutText, markText } from './comparisonTexts.ts';

export interface HistoryEntryView {
  readonly element: HTMLElement;
  /** @param canDiff there is a text to open it against */
  show(entry: HistoryEntry, canDiff: boolean, scores: Scores): void;
  /** Scrolls to the entry and gives its heading the focus. */
  jumpTo(): void;
}

/** One answer to the sample. */
export function createHistoryEntry(
  id: string,
  formats: Formats,
  act: { copy(id: string): void; openDiff(id: string): void },
): HistoryEntryView {
  const heading = element('h2', { class: 'entry-epoch', tabindex: -1 });
  const beside = element('span', { class: 'entry-step' });
  const prediction = createDifference();
  const rest = element('p', { class: 'cut-note' });
  const mark = element('span', { class: 'entry-mark' });
  const rate = element('span', { class: 'entry-rate', title: 'Character error rate' });
  const validation = element('span', { class: 'entry-validation', title: "The validator's verdict" });
  const others = element('ul', { class: 'entry-others', 'aria-label': 'Scores' });
  // Which answer's they are is said to those alone who do not see it.
  const ofEntry = [element('span', { class: 'spoken' }), element('span', { class: 'spoken' })] as const;
  const diff = element('button', { type: 'button', class: 'quiet-button' }, 'Open in diff editor', ofEntry[0]);
  const copy = element('button', { type: 'button', class: 'quiet-button' }, 'Copy', ofEntry[1]);
  diff.addEventListener('click', () => act.openDiff(id));
  copy.addEventListener('click', () => act.copy(id));
  const scoresBeside = element('div', { class: 'entry-scores' }, mark, rate, validation);
  const entry = element(
    'li',
    { class: 'entry', 'data-id': id },
    element('div', { class: 'entry-head' }, heading, beside),
    element('div', { class: 'entry-text' }, prediction.element, rest, others),
    scoresBeside,
    element('div', { class: 'entry-actions' }, diff, copy),
  );

  return {
    element: entry,
    show: (present, canDiff, scores) => {
      const { name, beside: other } = checkpointTexts(present, scores.byEpoch, formats);
      setText(heading, name);
      setText(beside, other);
      prediction.show(present.difference, present.prediction);
      const whole = canDiff ? 'The diff editor shows all of it.' : 'Copy takes all of it.';
      setText(rest, present.difference === null ? cutText(present.prediction, whole, formats) : '');
      setText(mark, markText(present.mark));
      setAttribute(mark, 'data-change', present.mark);
      setAttribute(mark, 'title', markMeaning(scores));
      const isThere = (score: string) => scores.scores.some((known) => known.name === score);
      const ownScores = hasOwnScores(scores);
      // Beside others a number alone does not tell whose it is.
      scoresBeside.classList.toggle('named', ownScores);
      const number = present.charErrorRate === null ? '–' : formats.rate(present.charErrorRate);
      setText(rate, ownScores ? `CER ${number}` : number);
      setAttribute(rate, 'hidden', ownScores && !isThere('char_error_rate'));
      setAttribute(rate, 'data-decides', ownScores && scores.judge === 'char_error_rate');
      setAttribute(validation, 'hidden', ownScores && !isThere('validation_pass'));
      setAttribute(validation, 'data-decides', scores.judge === 'validation_pass');
      const told = entryScores(present, scores, formats);
      setAttribute(others, 'hidden', told.length === 0);
      setChildren(others, told.map(scoreItem));
      setText(validation, validationText(present.validationPass));
      const tone = present.validationPass ? 'good' : 'bad';
      setAttribute(validation, 'data-tone', present.validationPass === null ? 'quiet' : tone);
      setAttribute(diff, 'hidden', !canDiff);
      setText(ofEntry[0], `, ${name}`);
      setText(ofEntry[1], ` prediction, ${name}`);
    },
    jumpTo: () => {
      entry.scrollIntoView({ block: 'center', behavior: 'instant' });
      heading.focus({ preventScroll: true });
    },
  };
}
