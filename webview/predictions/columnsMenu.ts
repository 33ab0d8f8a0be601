import { isKnownScore } from '../../src/model/knownScores.ts';
import type { ColumnKey } from '../../src/panel/protocol/view.ts';
import { type Checkbox, createCheckbox } from '../controls/checkbox.ts';
import { createMenu } from '../controls/menu.ts';
import { element, setAttribute, setChildren, setText } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { toggleColumn, toggleEmptyColumn, wrapTexts } from '../viewState.ts';
import { columnsOutOfSight, emptyColumns } from './columnOrder.ts';
import type { Column } from './grid/columns.ts';

export interface ColumnsMenu {
  readonly element: HTMLElement;
  /** @param columns all that there are, in order; the same list as long as they are the same */
  show(columns: readonly Column[]): void;
}

/** More columns than this are searched by their names. */
const manyColumns = 15;

/** A button that opens the choice of columns. */
export function createColumnsMenu(panel: Panel): ColumnsMenu {
  const { formats } = panel;
  const boxes = new Map<ColumnKey, { box: Checkbox; title: string }>();
  let columns: readonly Column[] = [];
  const wrap = createCheckbox('Wrap text', (checked) => panel.change(wrapTexts(checked)));
  wrap.element.title = 'Up to 12 lines of each text. An open row shows all of it.';
  const search = element('input', {
    type: 'search',
    class: 'search',
    'aria-label': 'Search columns',
    placeholder: 'Search columns',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const list = element('div', { class: 'menu-list' });
  const note = element('p', { class: 'menu-note' });
  const menu = createMenu({ kind: 'columns', text: 'Columns' }, () => {
    search.value = '';
    draw();
    const first = isLong() ? search : inputs()[0];
    for (const input of [search, ...inputs()]) setAttribute(input, 'autofocus', input === first);
    return [
      ...(isLong() ? [element('div', { class: 'menu-search' }, search)] : []),
      list,
      note,
      element('div', { class: 'menu-line' }, wrap.element),
    ];
  });
  const toggle = (key: ColumnKey): void =>
    panel.change(emptyColumns(panel.scores()).includes(key) ? toggleEmptyColumn(key) : toggleColumn(key));
  const isLong = (): boolean => columns.length > manyColumns;
  /** Those that the search leaves in sight. */
  const inputs = (): HTMLInputElement[] => [
    ...columns.flatMap(({ key }) => {
      const held = boxes.get(key)?.box;
      return held === undefined || held.element.hidden ? [] : [held.input];
    }),
    wrap.input,
  ];

  /** Brings the boxes up to date; those that stay are not moved, so that one in focus keeps it. */
  function draw() {
    const wanted = search.value.trim().toLocaleLowerCase();
    for (const { key, title } of columns) {
      let held = boxes.get(key);
      if (held?.title !== title) {
        held = { box: createCheckbox(title, () => toggle(key)), title };
        boxes.set(key, held);
      }
      setAttribute(held.box.element, 'hidden', !title.toLocaleLowerCase().includes(wanted));
    }
    setChildren(
      list,
      columns.flatMap(({ key }) => boxes.get(key)?.box.element ?? []),
    );
    const { scores, leftOut } = panel.scores();
    const own = scores.filter(({ name }) => !isKnownScore(name)).length;
    setAttribute(note, 'hidden', leftOut === 0);
    setText(note, `${formats.count(own)} of ${formats.count(own + leftOut)} scores are shown`);
  }

  search.addEventListener('input', draw);
  menu.element.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || event.target === menu.button) return;
    event.preventDefault();
    const targets = [...(isLong() ? [search] : []), ...inputs()];
    const current = targets.findIndex((input) => input.matches(':focus'));
    targets.at((current + step) % targets.length)?.focus();
  });

  return {
    element: menu.element,
    show: (shown) => {
      const isOther = shown !== columns;
      columns = shown;
      if (isOther) draw();
      const hidden = new Set(columnsOutOfSight(panel.view(), panel.scores()));
      for (const { key } of columns) boxes.get(key)?.box.show(!hidden.has(key));
      wrap.show(panel.view().wrap);
    },
  };
}
