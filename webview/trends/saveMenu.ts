import { element } from '../dom.ts';

/** What a chart can be saved as. */
export type SaveFormat = 'png' | 'csv';

const formats: readonly { format: SaveFormat; text: string }[] = [
  { format: 'png', text: 'Picture (PNG)' },
  { format: 'csv', text: 'Numbers (CSV)' },
];

/** A button with a menu of formats (the menu button pattern of the ARIA Authoring Practices Guide). */
export function createSaveMenu(name: string, id: string, save: (format: SaveFormat) => void): HTMLElement {
  const items = formats.map(({ format, text }) => {
    const item = element('button', { type: 'button', role: 'menuitem', class: 'save-item', tabindex: -1 }, text);
    item.addEventListener('click', () => {
      close();
      save(format);
    });
    return item;
  });
  const menu = element(
    'div',
    { popover: 'auto', role: 'menu', id, class: 'save-menu', 'aria-label': `Save ${name}` },
    ...items,
  );
  const button = element(
    'button',
    {
      type: 'button',
      class: 'quiet-button',
      popovertarget: id,
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      'aria-label': `Save ${name}`,
    },
    'Save ▾',
  );

  function close() {
    menu.hidePopover();
    button.focus();
  }

  menu.addEventListener('toggle', (event) => {
    const open = event.newState === 'open';
    button.setAttribute('aria-expanded', String(open));
    if (open) items[0]?.focus();
  });
  button.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    menu.showPopover({ source: button });
  });
  menu.addEventListener('keydown', (event) => {
    const index = items.findIndex((item) => item.matches(':focus'));
    const target = targetOf(event.key, index, items.length);
    if (event.key === 'Tab') close();
    if (target === null) return;
    event.preventDefault();
    items[target]?.focus();
  });
  return element('span', { class: 'save' }, button, menu);
}

function targetOf(key: string, index: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return (index + 1) % count;
    case 'ArrowUp':
      return (index + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
