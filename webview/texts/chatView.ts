import '../styles/chat.css';
import type { ShownChat, ShownMessage } from '../../src/model/chats/shownChat.ts';
import { plainName } from '../../src/plainText.ts';
import { element, setAttribute, setText } from '../dom.ts';
import { foldedTitle, isSystem, leftOutText, mediaText, speakerText } from './chatTexts.ts';
import type { Formats } from './formats.ts';
import { createLongText } from './longText.ts';
import { createReasoning } from './reasoningView.ts';
import { showInForm } from './rendered/textForm.ts';
import { stopAtScroller } from './scrollStop.ts';

export interface ChatView {
  readonly element: HTMLElement;
  /** Nothing where there is no chat. @param leads a button beside it leads to the rest */
  show(chat: ShownChat | null | undefined, leads?: boolean): void;
}

/**
 * The messages of a chat by role, as the texts that they are. The document is touched only when a message differs, so
 * that what the reader opened stays open.
 *
 * @param name what the messages are of, for those who do not see it
 * @param rest where all of a chat is that is shown in part
 */
export function createChat(name: string, rest: string, formats: Formats): ChatView {
  const whole = element('div', { class: 'chat', hidden: true });
  let shown = '';
  // A click in it opens no row.
  whole.addEventListener('click', (event) => event.stopPropagation());
  return {
    element: whole,
    show: (chat, leads = false) => {
      setAttribute(whole, 'hidden', chat == null);
      const told = chat == null ? '' : JSON.stringify([chat, leads]);
      if (told === shown) return;
      shown = told;
      if (chat == null) {
        whole.replaceChildren();
        return;
      }
      const left = leftOutText(chat, leads ? '' : rest, formats);
      const messages = chat.messages.map((message) => messageItem(message, formats));
      whole.replaceChildren(
        ...(left === '' ? [] : [element('p', { class: 'cut-note' }, left)]),
        element('ol', { class: 'chat-messages', 'aria-label': name }, ...messages),
      );
    },
  };
}

function messageItem(message: ShownMessage, formats: Formats): HTMLElement {
  const content = contentOf(message, formats);
  if (!isSystem(message)) {
    const role = element('div', { class: 'chat-role', dir: 'auto' }, speakerText(message));
    return element('li', { class: 'chat-message' }, role, ...content);
  }
  const title = element('summary', { class: 'chat-role', dir: 'auto' }, foldedTitle(message, formats));
  return element('li', { class: 'chat-message' }, element('details', {}, title, ...content));
}

function chatPart(text: string): HTMLElement {
  const part = element('div', { class: 'chat-part' });
  showInForm(part, text, () => setText(part, text));
  return part;
}

function contentOf(message: ShownMessage, formats: Formats): HTMLElement[] {
  const content: HTMLElement[] = [];
  if (message.reasoning !== null) {
    const reasoning = createReasoning(formats);
    reasoning.show(message.reasoning);
    content.push(reasoning.element);
  }
  const parts = message.parts.filter((part) => part !== '');
  if (parts.length > 0) {
    const nodes = parts.map((part) =>
      typeof part === 'string' ? chatPart(part) : element('span', { class: 'chat-media' }, mediaText(part, formats)),
    );
    const text = element('div', { class: 'long-text prose', dir: 'auto' }, ...nodes);
    stopAtScroller(text);
    content.push(text);
  }
  for (const call of message.calls) {
    const given = createLongText('code');
    given.show(call.arguments === '' ? 'no arguments' : call.arguments);
    const name = element('span', { class: 'chat-call-name', dir: 'auto' }, plainName(call.name));
    const title = element('div', { class: 'chat-call-title' }, 'calls ', name);
    content.push(element('div', { class: 'chat-call' }, title, given.element));
  }
  return content;
}
