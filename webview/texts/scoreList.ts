import { element, setAttribute, setChildren, setText } from '../dom.ts';
import type { EntryScore } from './entryScores.ts';
import type { Formats } from './formats.ts';

/** More scores than these are a wall between an answer and the next. */
const mostShown = 12;

/** The scores of one answer in a line. */
export interface ScoreList {
  readonly element: HTMLElement;
  /** @param label what a screen reader calls the list */
  show(scores: readonly EntryScore[], label: string): void;
}

/** A list that is out of sight where it is empty, and shows dozens of scores only when one asks. */
export function createScoreList(formats: Formats): ScoreList {
  const list = element('ul', { class: 'entry-others' });
  const words = element('span');
  const whose = element('span', { class: 'spoken' });
  const button = element('button', { type: 'button', class: 'link' }, words, whose);
  const more = element('li', {}, button);
  let [scores, label]: [readonly EntryScore[], string] = [[], ''];
  let isWhole = false;
  const items: ReturnType<typeof createScoreItem>[] = [];
  button.addEventListener('click', (event) => {
    // A click on it opens no row.
    event.stopPropagation();
    isWhole = !isWhole;
    draw();
  });

  function draw() {
    const shown = isWhole ? scores : firstScores(scores);
    setAttribute(list, 'hidden', scores.length === 0);
    setAttribute(list, 'aria-label', label);
    setText(words, isWhole ? 'Show less' : `Show all ${formats.count(scores.length)} scores`);
    setText(whose, `, ${label}`);
    while (items.length < shown.length) items.push(createScoreItem());
    for (const [place, score] of shown.entries()) items[place]?.show(score);
    const made = items.slice(0, shown.length).map((item) => item.element);
    setChildren(list, [...made, ...(scores.length > mostShown ? [more] : [])]);
  }

  return {
    element: list,
    show: (present, called) => {
      [scores, label] = [present, called];
      draw();
    },
  };
}

/** The first ones, among them the one that decides. */
function firstScores(scores: readonly EntryScore[]): readonly EntryScore[] {
  const first = scores.slice(0, mostShown);
  const judge = scores.find(({ decides }) => decides);
  return judge === undefined || first.includes(judge) ? first : [...first.slice(0, -1), judge];
}

/** One score, which may become another: answers by the hundred are shown anew at once. */
function createScoreItem(): { readonly element: HTMLElement; show(score: EntryScore): void } {
  const name = element('span', { class: 'entry-score-name', dir: 'auto' });
  const written = element('span', { class: 'entry-score-value' });
  const spoken = element('span', { class: 'spoken' });
  const item = element('li', { class: 'entry-score' }, name, ' ', written, spoken);
  return {
    element: item,
    show: ({ title, value, decides, meaning }) => {
      setText(name, title);
      setText(written, value);
      setText(spoken, decides ? ', the deciding score' : '');
      setAttribute(item, 'title', meaning);
      setAttribute(item, 'data-decides', decides);
    },
  };
}
