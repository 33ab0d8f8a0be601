import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { createAbsence } from '../absenceView.ts';
import { createButton } from '../controls.ts';
import { element } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { createSelect } from '../select.ts';
import { holdFor, showEpoch, showOffset, type Transition, toggleRow } from '../viewState.ts';
import { createGrid } from './grid.ts';
import { createPager } from './pager.ts';
import { epochChoices, lastOffset, newRowsText, type Page, pageAbsence } from './pageTexts.ts';
import { clearSelectionIn, hasSelectionIn } from './selection.ts';

export interface PredictionsTab {
  readonly element: HTMLElement;
  showPage(page: Page): void;
  showDetail(answer: HostMessageOf<'detail'>): void;
  /** Draws the present view state again. */
  refresh(): void;
  /** The version of the page on the screen; null before the first. */
  version(): number | null;
  /** Looks anew at what is on the screen: whether to hold it, and whether there is such a page. */
  settle(): void;
  /** Holds the table still, or lets it go, as the reader's doings ask for. */
  readonly hold: Transition;
}

/** The table of predictions with its filter and pages. */
export function createPredictionsTab(panel: Panel): PredictionsTab {
  const { formats } = panel;
  let page: Page | null = null;
  /** Kept, since asking the document makes it lay out the page: too dear for every arrival. */
  let textSelected = false;
  /** Open rows whose full texts were asked for. */
  let asked = new Set<string>();

  const epoch = createSelect({ id: 'epoch-filter' }, (value) =>
    panel.change(showEpoch(value === '' ? null : Number(value))),
  );
  const showNew = createButton({
    text: '',
    appearance: 'primary',
    onPress: () => {
      clearSelectionIn(grid.element);
      textSelected = false;
      panel.change(showOffset(0));
      panel.post({ type: 'showNew' });
    },
  });
  showNew.element.classList.add('show-new');
  const grid = createGrid(formats, (id) => panel.change(toggleRow(id)));
  const pager = createPager(panel);
  const nothing = createAbsence(() => panel.change(showEpoch(null)));
  document.addEventListener('selectionchange', () => {
    textSelected = hasSelectionIn(grid.element);
    settle();
  });

  const hold: Transition = (view) =>
    holdFor({ rows: page?.rows.map(({ id }) => id) ?? [], textSelected, settled: panel.status().settled })(view);

  function settle() {
    panel.change((view) => {
      // Before the first snapshot is over, a kept page may lie behind rows that are still to come.
      if (page === null || !panel.status().settled) return view;
      const last = lastOffset(page.total, view.pageSize);
      return view.offset > last ? showOffset(last)(view) : view;
    });
  }

  function refresh() {
    const view = panel.view();
    const choices = epochChoices(page?.epochs ?? [], formats);
    // An epoch that was kept from before is a choice even while none of its rows is here.
    if (choices.every((choice) => choice.epoch !== view.epoch)) {
      choices.push({ epoch: view.epoch, text: `${view.epoch} (0)` });
    }
    epoch.show(
      choices.map((choice) => ({ value: choice.epoch === null ? '' : String(choice.epoch), text: choice.text })),
      view.epoch === null ? '' : String(view.epoch),
    );
    const waiting = page === null ? null : newRowsText(page.newRows, formats);
    if (waiting !== null) showNew.setText(waiting);
    showNew.setVisible(waiting !== null);
    const rows = page?.rows ?? [];
    grid.show({ rows, offset: page?.offset ?? 0, total: page?.total ?? 0, expanded: view.expanded });
    grid.element.hidden = rows.length === 0;
    nothing.show(pageAbsence(page, view.epoch, panel.status()));
    pager.show(page);
    askForDetails();
  }

  function askForDetails() {
    const open = (page?.rows ?? []).map(({ id }) => id).filter((id) => panel.view().expanded.includes(id));
    for (const id of open) if (!asked.has(id)) panel.post({ type: 'open', id });
    asked = new Set(open);
  }

  refresh();
  return {
    element: element(
      'div',
      { class: 'predictions' },
      element(
        'div',
        { class: 'toolbar' },
        element('label', { for: 'epoch-filter' }, 'Epoch'),
        epoch.element,
        element('span', { class: 'spring' }),
        showNew.element,
      ),
      grid.element,
      nothing.element,
      pager.element,
    ),
    showPage: (message) => {
      // Made before the host heard of the hold: it would move what is held.
      if (panel.view().hold && !message.held) return;
      page = message;
      refresh();
      settle();
    },
    showDetail: ({ id, detail }) => grid.showDetail(id, detail),
    refresh,
    version: () => page?.version ?? null,
    settle,
    hold,
  };
}
