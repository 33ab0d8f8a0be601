import { element, setAttribute, setChildren, setText } from '../dom.ts';
import { type Checkbox, createCheckbox } from './checkbox.ts';
import type { Choice } from './choice.ts';
import { createMenu } from './menu.ts';

export interface Checklist {
  readonly element: HTMLElement;
  /** @param note said below the list; empty for none */
  show(choices: readonly Choice[], checked: ReadonlySet<string>, note: string): void;
}

/** More choices than this are searched by their names. */
const manyChoices = 15;

/**
 * A button that opens boxes to tick, each for itself.
 *
 * @param kind names it in style sheets
 */
export function createChecklist(
  { kind, text }: { kind: string; text: string },
  toggle: (value: string) => void,
): Checklist {
  const boxes = new Map<string, { box: Checkbox; text: string }>();
  let choices: readonly Choice[] = [];
  let checked: ReadonlySet<string> = new Set();
  let note = '';
  const label = `Search ${text.toLowerCase()}`;
  const search = element('input', {
    ...{ type: 'search', class: 'search', autocomplete: 'off', spellcheck: 'false' },
    ...{ 'aria-label': label, placeholder: label },
  });
  const list = element('div', { class: 'menu-list' });
  const said = element('p', { class: 'menu-note' });
  const menu = createMenu({ kind, text }, () => {
    search.value = '';
    draw();
    const [first] = targets();
    for (const input of [search, ...inputs()]) setAttribute(input, 'autofocus', input === first);
    return [...(isLong() ? [element('div', { class: 'menu-search' }, search)] : []), list, said];
  });
  const isLong = (): boolean => choices.length > manyChoices;
  /** Those that the search leaves in sight. */
  const inputs = (): HTMLInputElement[] =>
    choices.flatMap(({ value }) => {
      const held = boxes.get(value)?.box;
      return held === undefined || held.element.hidden ? [] : [held.input];
    });
  const targets = (): HTMLInputElement[] => [...(isLong() ? [search] : []), ...inputs()];

  /** Brings the boxes up to date; those that stay are not moved, so that one in focus keeps it. */
  function draw() {
    const wanted = search.value.trim().toLocaleLowerCase();
    for (const { value, text: title } of choices) {
      let held = boxes.get(value);
      if (held?.text !== title) {
        held = { box: createCheckbox(title, () => toggle(value)), text: title };
        boxes.set(value, held);
      }
      setAttribute(held.box.element, 'hidden', !title.toLocaleLowerCase().includes(wanted));
      held.box.show(checked.has(value));
    }
    setChildren(
      list,
      choices.flatMap(({ value }) => boxes.get(value)?.box.element ?? []),
    );
    setAttribute(said, 'hidden', note === '');
    setText(said, note);
  }

  search.addEventListener('input', draw);
  menu.element.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || event.target === menu.button) return;
    event.preventDefault();
    const current = targets().findIndex((input) => input.matches(':focus'));
    targets()
      .at((current + step) % targets().length)
      ?.focus();
  });

  return {
    element: menu.element,
    show: (present, ticked, words) => {
      [choices, checked, note] = [present, ticked, words];
      // Closed, its boxes are not in the document.
      if (list.isConnected) draw();
    },
  };
}
