import type { ShownChat } from '../../src/model/chats/shownChat.ts';
import { isBeginning } from './chatTexts.ts';
import { createChat } from './chatView.ts';
import type { WayToAll } from './cutText.ts';
import type { Formats } from './formats.ts';
import { createShowAll, showAllText } from './showAll.ts';

export interface CutChat {
  /** To stand side by side. */
  readonly elements: readonly HTMLElement[];
  /** Nothing where there is no chat. */
  show(chat: ShownChat | null | undefined): void;
  /** The host has all of it; null where it has not. */
  fill(chat: ShownChat | null): void;
}

/**
 * A chat that is told in part, and whole where the reader asks for it.
 *
 * @param name and `rest` as of `createChat`
 * @param all absent where as much is told as can be
 */
export function createCutChat(name: string, rest: string, formats: Formats, all?: WayToAll): CutChat {
  const view = createChat(name, rest, formats);
  let told: ShownChat | null = null;
  let toldText = '';
  let held: ShownChat | null = null;
  let isWanted = false;
  const button = createShowAll(view.element, () => {
    isWanted = !isWanted;
    if (isWanted && held === null) all?.ask();
    draw();
  });

  function draw() {
    const isCut = all !== undefined && told !== null && isBeginning(told);
    const isWhole = isCut && isWanted && held !== null;
    view.show(isWhole ? held : told, isCut && !isWhole);
    button.show({ words: showAllOfChatText(told, formats), isCut, isWhole, ...(all && { of: all.whose() }) });
  }

  return {
    elements: [view.element, button.button],
    show: (chat) => {
      const text = chat == null ? '' : JSON.stringify(chat);
      if (text !== toldText) [held, isWanted] = [null, false];
      [told, toldText] = [chat ?? null, text];
      draw();
    },
    fill: (chat) => {
      held = chat;
      draw();
    },
  };
}

/** What a button says that leads to all of a chat. */
export function showAllOfChatText(chat: ShownChat | null | undefined, formats: Formats): string {
  // How long messages are that are left out nobody counted.
  return chat?.characters === undefined ? 'Show all messages' : showAllText(chat.characters, formats);
}
