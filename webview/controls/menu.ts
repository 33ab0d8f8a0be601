import { element, setAttribute } from '../dom.ts';

export interface Menu {
  /** The button with what it opens. */
  readonly element: HTMLElement;
  readonly button: HTMLElement;
  close(): void;
}

/**
 * A button that opens a small choice of things. It is a popover: the browser closes it by Escape or a click elsewhere,
 * and gives the focus back.
 *
 * @param kind names it in style sheets
 * @param fill what is in it; asked for whenever it opens
 */
export function createMenu({ kind, text }: { kind: string; text: string }, fill: () => readonly Node[]): Menu {
  const id = `${kind}-menu`;
  const button = element(
    'button',
    { type: 'button', class: `menu-button ${kind}-button`, popovertarget: id, 'aria-expanded': 'false' },
    text,
  );
  const menu = element('div', { id, class: `menu ${kind}-menu`, popover: 'auto', role: 'group', 'aria-label': text });
  // Filled only while it is open: closed, its boxes would share their labels with the filters.
  menu.addEventListener('beforetoggle', (event) => {
    const opens = event instanceof ToggleEvent && event.newState === 'open';
    setAttribute(button, 'aria-expanded', String(opens));
    if (opens) menu.replaceChildren(...fill());
  });
  menu.addEventListener('toggle', () => {
    if (!menu.matches(':popover-open')) menu.replaceChildren();
  });
  return {
    element: element('div', { class: kind }, button, menu),
    button,
    close: () => menu.hidePopover(),
  };
}
