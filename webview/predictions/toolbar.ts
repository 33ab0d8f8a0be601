import type { ViewState } from '../../src/panel/protocol/view.ts';
import { createCheckbox } from '../controls/checkbox.ts';
import { createButton, createProgressRing } from '../controls/controls.ts';
import { createMenu } from '../controls/menu.ts';
import { createSearchField } from '../controls/searchField.ts';
import { element, setAttribute, setChildren, setText } from '../dom.ts';
import type { Panel } from '../panel.ts';
import type { Scores } from '../scores.ts';
import { filterBy } from '../viewState.ts';
import { createCheckpointFilter } from './checkpointFilter.ts';
import { createColumnsMenu } from './columnsMenu.ts';
import type { Column } from './grid/columns.ts';
import { createJudgeControl } from './judgeControl.ts';
import { newRowsText, type Page } from './pageTexts.ts';
import { createScoreFilter } from './scoreFilter.ts';
import { createSourceFilter } from './sourceFilter.ts';
import { createSupersededChoice } from './supersededChoice.ts';

export interface Toolbar {
  readonly element: HTMLElement;
  /** @param columns all that there are, in order */
  show(page: Page | null, columns: readonly Column[]): void;
  /** For what takes itself away when it is pressed. */
  focus(): void;
}

const nothing: Pick<Page, 'epochs' | 'checkpoints' | 'stored'> = { epochs: [], checkpoints: [], stored: 0 };

const groupMeaning =
  'One line per sample and checkpoint, with the mean of each score. Score filters go by the mean; the search finds a group when one of its completions contains the text';

/** A panel that is narrower than this has all but the search in a menu, in px. */
const narrowWidth = 900;

/** What stands above the table: its filters, what rows are judged by, the rows that wait, the choice of columns. */
export function createToolbar(panel: Panel, showNew: () => void): Toolbar {
  const { formats } = panel;
  const checkpoint = createCheckpointFilter(formats, (part) =>
    panel.change(filterBy({ epoch: part?.epoch ?? null, step: part?.step ?? null })),
  );
  const source = createSourceFilter(panel);
  const search = createSearchField('Search predictions', (text) =>
    panel.change((view) => (view.search === text ? view : filterBy({ search: text })(view))),
  );
  const ring = createProgressRing();
  const regressed = createCheckbox('Regressed only', (regressedOnly) => panel.change(filterBy({ regressedOnly })));
  const invalid = createCheckbox('Invalid only', (invalidOnly) => panel.change(filterBy({ invalidOnly })));
  const group = createCheckbox('Group completions', (checked) => panel.change(filterBy({ group: checked })));
  group.element.title = groupMeaning;
  const superseded = createSupersededChoice(panel);
  const scoreFilter = createScoreFilter(panel);
  const judge = createJudgeControl(panel);
  const waiting = createButton({ text: '', appearance: 'primary', onPress: showNew });
  waiting.element.classList.add('show-new');
  const menu = createColumnsMenu(panel);
  const searchField = element('div', { class: 'search-field' }, search.element, ring);
  const controls = [
    ...[source.element, regressed.element, invalid.element, group.element, superseded.element],
    ...[scoreFilter.element, judge.element],
  ];
  /** The same in the order in which they go into a menu where a line has not room for all. */
  const leastNeeded = [
    ...[invalid.element, regressed.element, scoreFilter.element, superseded.element, group.element],
    ...[source.element, judge.element],
  ];
  /** Those that are in the menu. */
  let folded: ReadonlySet<HTMLElement> = new Set();
  const fold = createMenu({ kind: 'options', text: 'Options' }, () =>
    [...controls, menu.element].filter((control) => folded.has(control)),
  );
  const start = element('div', { class: 'toolbar-start' });
  const end = element('div', { class: 'toolbar-end' });
  const narrow = matchMedia(`(width < ${narrowWidth}px)`);

  /** Puts so many of those that are there into a menu; where there is little room, all that one seldom needs. */
  function arrange(count: number) {
    // What it holds goes elsewhere.
    if (fold.element.isConnected) fold.close();
    const { matches } = narrow;
    const present = leastNeeded.filter(({ hidden }) => !hidden);
    folded = new Set(matches ? [...controls, menu.element] : present.slice(0, count));
    container.classList.toggle('folded', matches);
    const [first, ...others] = controls.filter((control) => !folded.has(control));
    const before = first === source.element ? [first] : [];
    const after = first === source.element || first === undefined ? others : [first, ...others];
    setChildren(start, [
      ...[checkpoint.label, checkpoint.element, ...before, searchField, ...after],
      ...(folded.size > 0 ? [fold.element] : []),
    ]);
    setChildren(end, matches ? [waiting.element] : [waiting.element, menu.element]);
    showFolded();
  }

  /** One line has all of it, or a menu beside it. Asks the document for widths: for what changes seldom. */
  function fit() {
    if (narrow.matches) return arrange(0);
    for (let count = 0; count <= leastNeeded.length; count += 1) {
      arrange(count);
      // Out of sight it has no width.
      if (start.scrollWidth <= start.clientWidth) return;
    }
  }

  /** How many of the filters in the menu leave something out. */
  function showFolded() {
    const view = panel.view();
    const isSet = new Map<HTMLElement, boolean>([
      [source.element, view.source !== null],
      [regressed.element, view.regressedOnly],
      [invalid.element, view.invalidOnly],
      [superseded.element, view.superseded],
    ]);
    const set = [...folded].filter((control) => isSet.get(control) === true).length;
    setText(fold.button, set === 0 ? 'Options' : `Options (${formats.count(set)})`);
  }

  const container = element('div', { class: 'toolbar' }, start, end, scoreFilter.conditions);
  narrow.addEventListener('change', fit);
  fit();
  /** The width that was fitted into, in px. */
  let width = 0;
  new ResizeObserver(() => {
    if (container.clientWidth === width) return;
    width = container.clientWidth;
    fit();
  }).observe(container);
  /** What there is to fit in, in a word. */
  let fitted = '';

  function fitAnew() {
    const there = controls.map(({ hidden }) => hidden);
    const now = JSON.stringify([there, panel.scores().byEpoch, judge.element.textContent, source.element.textContent]);
    // An open menu stays as it is.
    if (now === fitted || fold.button.getAttribute('aria-expanded') === 'true') return;
    fitted = now;
    fit();
  }

  let shown: { view: ViewState; scores: Scores; columns: readonly Column[] } | null = null;

  return {
    element: container,
    show: (page, columns) => {
      const view = panel.view();
      const { epochs, checkpoints, stored } = page ?? nothing;
      const scores = panel.scores();
      const chosen = view.epoch === null ? null : { epoch: view.epoch, ...(view.step !== null && { step: view.step }) };
      checkpoint.show({ epochs, checkpoints, byEpoch: scores.byEpoch, stored }, chosen);
      setAttribute(ring, 'hidden', page?.searching !== true);
      const text = page === null ? null : newRowsText(page.newRows, formats);
      if (text !== null) waiting.setText(text);
      waiting.setVisible(text !== null);
      setAttribute(group.element, 'hidden', !scores.completions && view.group !== true);
      group.show(view.group ?? page?.grouped ?? false);
      // The rest an arrival leaves as it is.
      if (view === shown?.view && scores === shown.scores && columns === shown.columns) return;
      shown = { view, scores, columns };
      source.refresh();
      search.show(view.search);
      regressed.show(view.regressedOnly);
      invalid.show(view.invalidOnly);
      superseded.refresh();
      scoreFilter.refresh();
      judge.refresh();
      menu.show(columns);
      showFolded();
      fitAnew();
    },
    focus: () => search.element.focus(),
  };
}
