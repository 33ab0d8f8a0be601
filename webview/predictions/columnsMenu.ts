import { createCheckbox } from '../controls/checkbox.ts';
import { element, setAttribute } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { toggleColumn, wrapTexts } from '../viewState.ts';
import { columns } from './grid/columns.ts';

export interface ColumnsMenu {
  readonly element: HTMLElement;
  refresh(): void;
}

/**
 * A button that opens the choice of columns. It is a popover: the browser closes it by Escape or a click elsewhere, and
 * gives the focus back.
 */
export function createColumnsMenu(panel: Panel): ColumnsMenu {
  const button = element(
    'button',
    { type: 'button', class: 'menu-button', popovertarget: 'columns-menu', 'aria-expanded': 'false' },
    'Columns',
  );
  const boxes = columns.map(({ key, title }) => ({
    key,
    box: createCheckbox(title, () => panel.change(toggleColumn(key))),
  }));
  const wrap = createCheckbox('Wrap text', (checked) => panel.change(wrapTexts(checked)));
  wrap.element.title = 'Up to 12 lines of each text. An open row shows all of it.';
  const inputs = [...boxes.map(({ box }) => box.input), wrap.input];
  const menu = element('div', {
    id: 'columns-menu',
    class: 'menu',
    popover: 'auto',
    role: 'group',
    'aria-label': 'Columns',
  });
  const choices = [...boxes.map(({ box }) => box.element), element('div', { class: 'menu-line' }, wrap.element)];
  inputs[0]?.setAttribute('autofocus', '');

  // Filled only while it is open: closed, its boxes would share their labels with the filters.
  menu.addEventListener('beforetoggle', (event) => {
    const opens = event instanceof ToggleEvent && event.newState === 'open';
    setAttribute(button, 'aria-expanded', String(opens));
    if (opens) menu.replaceChildren(...choices);
  });
  menu.addEventListener('toggle', () => {
    if (!menu.matches(':popover-open')) menu.replaceChildren();
  });
  menu.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const current = inputs.findIndex((input) => input.matches(':focus'));
    inputs.at((current + step) % inputs.length)?.focus();
  });

  return {
    element: element('div', { class: 'columns' }, button, menu),
    refresh: () => {
      const { hiddenColumns, wrap: wraps } = panel.view();
      for (const { key, box } of boxes) box.show(!hiddenColumns.includes(key));
      wrap.show(wraps);
    },
  };
}
