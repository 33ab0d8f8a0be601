import type { ShownChat } from '../../src/model/chats/shownChat.ts';
import { element, setAttribute } from '../dom.ts';
import { isBeginning } from '../texts/chatTexts.ts';
import { createChat } from '../texts/chatView.ts';
import { showAllOfChatText } from '../texts/cutChat.ts';
import type { Formats } from '../texts/formats.ts';
import { createLongText } from '../texts/longText.ts';
import { stopWhereItScrolls } from '../texts/scrollStop.ts';
import { createShowAll, showAllText } from '../texts/showAll.ts';

/** A text that all answers belong to, whole or its beginning. */
export interface SharedText {
  text: string | null;
  chat: ShownChat | undefined;
  /** How long it is where `text` is its beginning. */
  characters: number | undefined;
}

export interface FoldedText {
  readonly element: HTMLElement;
  /** @param owner what it belongs to: of the same owner a whole text stays as long as it begins alike */
  show(text: SharedText, owner: unknown): void;
  /** The host has all of it. */
  fill(whole: SharedText): void;
}

/** How a text is folded, beyond the life of one page. */
export interface Folding {
  has(state: string): boolean;
  set(state: string, on: boolean): void;
}

/**
 * A text above the answers, which it must not push out of sight: it closes under its title, and of a long one six lines
 * are shown until the reader wants all of it. It stays as the reader has it while samples are walked through.
 *
 * @param title its heading, and its name among the foldings
 * @param ask asks the host for all of a text whose beginning is shown
 */
export function createFoldedText(
  title: string,
  kind: 'prose' | 'code',
  { folding, formats, ask, rest }: { folding: Folding; formats: Formats; ask: () => void; rest: string },
): FoldedText {
  const text = createLongText(kind);
  const chat = createChat(`Messages of the ${title.toLowerCase()}`, rest, formats);
  const all = { text: createShowAll(text.element, turn), chat: createShowAll(chat.element, turn) };
  const chevron = element('span', { class: 'chevron', 'aria-hidden': 'true' });
  const fold = element('button', { type: 'button', class: 'fold-title' }, chevron, title);
  const content = element('div', { class: 'brief' }, chat.element, all.chat.button, text.element, all.text.button);
  const [closed, whole] = [`${title} closed`, `${title} whole`];
  let told: SharedText = { text: null, chat: undefined, characters: undefined };
  let toldOf: unknown;
  let held: SharedText | null = null;
  let drawnChat = '';

  function turn() {
    folding.set(whole, !folding.has(whole));
    draw();
  }

  fold.addEventListener('click', () => {
    folding.set(closed, !folding.has(closed));
    draw();
  });

  function draw() {
    const isOpen = !folding.has(closed);
    const isWhole = folding.has(whole);
    const isPart = isCut(told);
    if (isOpen && isWhole && isPart && held === null) ask();
    const shown = isWhole && held !== null ? held : told;
    setAttribute(fold, 'aria-expanded', String(isOpen));
    fold.classList.toggle('open', isOpen);
    setAttribute(content, 'hidden', !isOpen);
    const hasChat = shown.chat !== undefined;
    chat.show(shown.chat, isPart && shown === told);
    const chatNow = hasChat ? JSON.stringify(shown.chat) : '';
    // Several messages are high, however short they are.
    if (chatNow !== drawnChat) stopWhereItScrolls(chat.element);
    drawnChat = chatNow;
    setAttribute(text.element, 'hidden', hasChat);
    text.show(hasChat ? '' : shown.text);
    const length = () => (hasChat ? chat.element.textContent?.length : (told.characters ?? shown.text?.length)) ?? 0;
    const words = isPart && hasChat ? showAllOfChatText(told.chat, formats) : showAllText(length(), formats);
    const show = { words, isCut: isPart, isWhole: isWhole && !(isPart && held === null), of: title };
    setAttribute(all.chat.button, 'hidden', !hasChat);
    setAttribute(all.text.button, 'hidden', hasChat);
    all.chat.show(show);
    all.text.show(show);
  }

  return {
    element: element('div', {}, element('h2', { class: 'detail-title' }, fold), content),
    show: (next, owner) => {
      // The newest answer, which says what is asked, is another one with each checkpoint.
      if (held !== null && (owner !== toldOf || !isSame(next, told))) held = null;
      [told, toldOf] = [next, owner];
      draw();
    },
    fill: (answer) => {
      // What is asked may be another text by now.
      const isOther = told.chat === undefined && answer.text?.startsWith(told.text ?? '') !== true;
      if (isOther) return;
      held = answer;
      draw();
    },
  };
}

function isCut({ chat, characters }: SharedText): boolean {
  return characters !== undefined || (chat !== undefined && isBeginning(chat));
}

function isSame(a: SharedText, b: SharedText): boolean {
  if (a.text !== b.text || a.characters !== b.characters) return false;
  return a.chat === b.chat || JSON.stringify(a.chat) === JSON.stringify(b.chat);
}
