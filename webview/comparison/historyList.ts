import { answersAtOnce, type HistoryEntry } from '../../src/panel/protocol/comparison.ts';
import { element, setChildren } from '../dom.ts';
import type { Scores } from '../scores.ts';
import type { HistoryEntryView } from './entryView.ts';

/** What else than the answers themselves decides how they look. */
export interface HistoryLook {
  /** As of the entries. */
  canDiff(entry: HistoryEntry): boolean;
  scores: Scores;
}

export interface HistoryList {
  readonly element: HTMLElement;
  /** Another sample is shown: nothing of it is drawn yet. */
  begin(): void;
  /**
   * Draws answers.
   *
   * @param shown how many there will be, once all are told
   * @param isAnew also those that are the same objects as before, as something else of them changed
   */
  show(history: readonly HistoryEntry[], shown: number, look: HistoryLook, isAnew: boolean): void;
  /** Whether there is an answer of that key, drawn or not. */
  has(key: string): boolean;
  /** Scrolls to an answer, which is drawn then, and gives its heading the focus. */
  jumpTo(key: string): void;
}

/** Longer lists are laid out as they come into sight. */
const many = 60;
/** Entries out of sight are drawn for so long at a time, in ms: what a reader presses meanwhile waits no longer. */
const slice = 8;
/** They wait at most so long for a moment in which nothing else is to be done, in ms. */
const longestWait = 100;

/**
 * The list of a sample's answers. A screenful, and those that are drawn already, are drawn at once; the others follow
 * below them, where they move nothing, when there is time.
 */
export function createHistoryList(create: () => HistoryEntryView): HistoryList {
  const list = element('ol', { class: 'history', 'aria-label': 'Answers, newest first' });
  /** By key. Samples have answers at the same checkpoints: a view goes from one sample to the next. */
  const views = new Map<string, HistoryEntryView>();
  /** What views in the list show: from the first answer on without a gap. */
  const drawn = new Map<string, { answer: HistoryEntry; canDiff: boolean }>();
  let history: readonly HistoryEntry[] = [];
  let look: HistoryLook | null = null;
  let isWaiting = false;

  function draw(answer: HistoryEntry, { canDiff, scores }: HistoryLook, isAnew: boolean): HTMLElement {
    const view = views.get(answer.key) ?? create();
    views.set(answer.key, view);
    const before = drawn.get(answer.key);
    const now = { answer, canDiff: canDiff(answer) };
    if (isAnew || before?.answer !== answer || before.canDiff !== now.canDiff) view.show(answer, canDiff, scores);
    drawn.set(answer.key, now);
    return view.element;
  }

  /** Draws more answers until there are so many, or the time is over. @param until in ms of `performance.now()` */
  function drawMore(count: number, until = Number.POSITIVE_INFINITY) {
    if (look === null) return;
    const more: HTMLElement[] = [];
    for (const answer of history.slice(drawn.size, count)) {
      more.push(draw(answer, look, false));
      if (performance.now() >= until) break;
    }
    list.append(...more);
  }

  function drawOthersSoon() {
    if (isWaiting || drawn.size >= history.length) return;
    isWaiting = true;
    requestIdleCallback(
      () => {
        isWaiting = false;
        drawMore(history.length, performance.now() + slice);
        drawOthersSoon();
      },
      { timeout: longestWait },
    );
  }

  return {
    element: list,
    begin: () => drawn.clear(),
    show: (next, shown, how, isAnew) => {
      [history, look] = [next, how];
      const present = new Set(history.map(({ key }) => key));
      for (const key of views.keys()) if (!present.has(key)) views.delete(key);
      for (const key of drawn.keys()) if (!present.has(key)) drawn.delete(key);
      // What came in between others is drawn with them.
      const atOnce = Math.max(answersAtOnce, history.findLastIndex(({ key }) => drawn.has(key)) + 1);
      const elements = history.slice(0, atOnce).map((answer) => draw(answer, how, isAnew));
      list.classList.toggle('many', shown > many);
      setChildren(list, elements);
      drawOthersSoon();
    },
    has: (key) => history.some((answer) => answer.key === key),
    jumpTo: (key) => {
      const place = history.findIndex((answer) => answer.key === key);
      if (place < 0) return;
      // What is below it is in sight then, too.
      drawMore(place + 1 + answersAtOnce);
      views.get(key)?.jumpTo();
    },
  };
}
