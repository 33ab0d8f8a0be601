import type { HistoryEntry } from '../../src/panel/protocol/comparison.ts';
import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { checkpointTexts } from './comparisonTexts.ts';
import type { EntryActions } from './entryView.ts';
import { createHistoryEntry } from './historyEntry.ts';
import { entryAt, offersScrubber, placeOf, type ToldAnswers } from './scrubbing.ts';

export interface Scrubber {
  readonly element: HTMLElement;
  /** @param isTold all answers were told anew @param canDiff as of the entries */
  show(told: ToldAnswers, isTold: boolean, canDiff: (entry: HistoryEntry) => boolean): void;
  /** The answer that the host was asked for. */
  fill(message: HostMessageOf<'answerAt'>): void;
  /** The answer that is shown; undefined for none. */
  readonly entry: HistoryEntry | undefined;
}

/**
 * A slider that walks a sample through its checkpoints, one answer at a time in a place that stays where it is: what
 * changes from one to the next is seen without a look elsewhere. The place opens when the slider is moved. New
 * checkpoints make the way longer and leave the reader at hers.
 */
export function createScrubber(panel: Panel, act: EntryActions): Scrubber {
  const { formats } = panel;
  const slider = element('input', { type: 'range', id: 'walk-slider', class: 'scrub-slider', min: 0, step: 1 });
  const name = element('span', { class: 'scrub-name', 'aria-hidden': 'true' });
  const close = element('button', { type: 'button', class: 'quiet-button' }, 'Close');
  const view = createHistoryEntry(formats, act);
  const place = element('ol', { class: 'scrub-place', 'aria-label': 'Answer walked to', tabindex: 0 });
  const whole = element(
    'div',
    { class: 'scrubber' },
    element(
      'div',
      { class: 'scrub-bar' },
      element('label', { for: 'walk-slider' }, 'Walk through'),
      slider,
      name,
      close,
    ),
    place,
  );
  let told: ToldAnswers = { history: [], answers: 0 };
  let canDiff: (entry: HistoryEntry) => boolean = () => false;
  let isOpen = false;
  /** The answer at which the reader is, and where that is; no key as long as the host has not told it. */
  let at: { place: number; key: string | null } = { place: 0, key: null };
  let entry: HistoryEntry | undefined;
  /** Where the answer is that the host was asked for, and by what it will be shown; null where it answered. */
  let asked: { at: typeof at; look: string; scores: unknown } | null = null;
  /** By what the answer was shown that the host was asked for last. */
  let shownBy: { look: string; scores: unknown } = { look: '', scores: null };
  /** How far the reader scrolled: a shorter answer in between does not change it. */
  let scrolled = 0;
  let scrollSet = 0;

  slider.addEventListener('input', () => {
    isOpen = true;
    at = { place: Number(slider.value), key: null };
    draw();
  });
  close.addEventListener('click', () => {
    isOpen = false;
    draw();
    slider.focus();
  });
  place.addEventListener('scroll', () => {
    if (Math.abs(place.scrollTop - scrollSet) > 1) scrolled = place.scrollTop;
  });

  /** One question at a time: a drag over thousands of checkpoints asks for those that it stays at. */
  function ask() {
    if (asked !== null) return;
    asked = { at, look: lookOf(), scores: panel.scores() };
    panel.post({ type: 'answerAt', ...at });
  }

  /** What decides how an answer looks. */
  function lookOf(): string {
    const { compareWith, compareJson, finalAnswerOnly, superseded, openAnswers } = panel.view();
    const isUnfolded = at.key !== null && openAnswers.includes(at.key);
    return JSON.stringify([told.answers, compareWith, compareJson, finalAnswerOnly, superseded, isUnfolded]);
  }

  function isShown(): boolean {
    if (at.key === null || entry?.key !== at.key) return false;
    return lookOf() === shownBy.look && panel.scores() === shownBy.scores;
  }

  function draw() {
    const isOffered = offersScrubber(told);
    setAttribute(whole, 'hidden', !isOffered);
    if (!isOffered) isOpen = false;
    setAttribute(place, 'hidden', !isOpen);
    setAttribute(close, 'hidden', !isOpen);
    if (!isOpen) at = { place: Math.max(0, told.answers - 1), key: null };
    const known = at.key === null ? at.place : placeOf(told, at.key);
    const here = known === undefined ? undefined : entryAt(told, known);
    if (here !== undefined && known !== undefined) {
      at = { place: known, key: here.key };
      entry = here;
    } else if (isOpen && !isShown()) ask();
    if (!isOpen) {
      entry = undefined;
      view.element.remove();
    }
    // The thumb under a pointer that holds it stays where it is.
    if (!slider.matches(':active')) setAttribute(slider, 'max', Math.max(0, told.answers - 1));
    if (Number(slider.value) !== at.place) slider.value = String(at.place);
    const isThere = (here ?? (at.key === null ? undefined : entry)) !== undefined;
    const count = `${formats.count(at.place + 1)} of ${formats.count(told.answers)}`;
    const heading = here ?? entry;
    const words =
      isThere && heading !== undefined ? checkpointTexts(heading, panel.scores().byEpoch, formats).name : null;
    setText(name, words === null ? count : `${words} · ${count}`);
    setAttribute(slider, 'aria-valuetext', words ?? count);
    setAttribute(place, 'aria-busy', isOpen && !isThere ? 'true' : null);
    if (!isOpen || entry === undefined) return;
    view.show(entry, canDiff, panel.scores());
    if (view.element.parentElement !== place) place.append(view.element);
    place.scrollTop = scrolled;
    scrollSet = place.scrollTop;
  }

  return {
    element: whole,
    show: (next, isTold, mayDiff) => {
      told = next;
      canDiff = mayDiff;
      if (isTold) shownBy = { look: '', scores: null };
      draw();
    },
    fill: (message) => {
      const question = asked;
      asked = null;
      // The reader may have gone on meanwhile.
      const isWanted = question !== null && question.at.place === at.place && question.at.key === at.key;
      if (isOpen && isWanted && message.entry === null) return;
      if (isOpen && isWanted && message.entry !== null) {
        entry = message.entry;
        at = { place: message.place, key: message.entry.key };
        shownBy = question;
      }
      draw();
    },
    get entry() {
      return isOpen ? entry : undefined;
    },
  };
}
