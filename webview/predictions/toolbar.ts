import { createCheckbox } from '../controls/checkbox.ts';
import { createButton, createProgressRing } from '../controls/controls.ts';
import { element, setAttribute } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { filterBy } from '../viewState.ts';
import { createColumnsMenu } from './columnsMenu.ts';
import { createEpochFilter } from './epochFilter.ts';
import { newRowsText, type Page } from './pageTexts.ts';
import { createSearchField } from './searchField.ts';

export interface Toolbar {
  readonly element: HTMLElement;
  show(page: Page | null): void;
  /** For what takes itself away when it is pressed. */
  focus(): void;
}

const noEpochs: Page['epochs'] = [];

/** What stands above the table: its filters, the rows that wait, the choice of columns. */
export function createToolbar(panel: Panel, showNew: () => void): Toolbar {
  const { formats } = panel;
  const epoch = createEpochFilter(formats, (chosen) => panel.change(filterBy({ epoch: chosen })));
  const search = createSearchField((text) =>
    panel.change((view) => (view.search === text ? view : filterBy({ search: text })(view))),
  );
  const ring = createProgressRing();
  const regressed = createCheckbox('Regressed only', (regressedOnly) => panel.change(filterBy({ regressedOnly })));
  const invalid = createCheckbox('Invalid only', (invalidOnly) => panel.change(filterBy({ invalidOnly })));
  const waiting = createButton({ text: '', appearance: 'primary', onPress: showNew });
  waiting.element.classList.add('show-new');
  const menu = createColumnsMenu(panel);

  return {
    element: element(
      'div',
      { class: 'toolbar' },
      element('label', { for: 'epoch-filter' }, 'Epoch'),
      epoch.element,
      element('div', { class: 'search-field' }, search.element, ring),
      regressed.element,
      invalid.element,
      element('span', { class: 'spring' }),
      waiting.element,
      menu.element,
    ),
    show: (page) => {
      const view = panel.view();
      epoch.show(page?.epochs ?? noEpochs, page?.stored ?? 0, view.epoch);
      search.show(view.search);
      setAttribute(ring, 'hidden', page?.searching !== true);
      regressed.show(view.regressedOnly);
      invalid.show(view.invalidOnly);
      const text = page === null ? null : newRowsText(page.newRows, formats);
      if (text !== null) waiting.setText(text);
      waiting.setVisible(text !== null);
      menu.refresh();
    },
    focus: () => search.element.focus(),
  };
}
