import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { createSelect } from '../controls/select.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { createRestingDrawer } from '../rest.ts';
import { absenceOf } from '../texts/absence.ts';
import { createAbsence } from '../texts/absenceView.ts';
import { showEpochInTable } from '../viewState.ts';
import { createChangesView } from './changes/changesView.ts';
import type { CardActions } from './chartCard.ts';
import { lossTrends } from './losses/losses.ts';
import { createLossView } from './losses/lossView.ts';
import { nextTrends } from './nextTrends.ts';
import { overlayChoices } from './overlay.ts';
import { type Palette, readPalette, watchTheme } from './palette.ts';
import { improvementText, trends } from './series.ts';
import { createTrendView } from './trendView.ts';

export interface TrendsTab {
  readonly element: HTMLElement;
  show(message: HostMessageOf<'trends'>): void;
  showLosses(message: HostMessageOf<'losses'>): void;
  /** Draws the present view state again. */
  refresh(): void;
}

/** The charts over the epochs. They are made when the tab is first in sight. */
export function createTrendsTab(panel: Panel): TrendsTab {
  const { formats } = panel;
  let message: HostMessageOf<'trends'> | null = null;
  let losses: HostMessageOf<'losses'> | null = null;
  /** The colours that the charts were made with. */
  let palette: Palette = readPalette();
  /** Ends the watch for other colours, which lasts as long as the tab is in sight. */
  let unwatch: (() => void) | null = null;

  const actions: CardActions = {
    choose: (epoch) => panel.change(showEpochInTable(epoch)),
    save: (name, format, content) => panel.post({ type: 'saveChart', name, format, content }),
    showsTable: (key) => panel.layout().tables.includes(key),
    keepTable: (key, visible) => {
      const others = panel.layout().tables.filter((other) => other !== key);
      panel.keepLayout({ tables: visible ? [...others, key] : others });
    },
  };
  const views = trends.map((trend) => createTrendView(trend, formats, actions));
  const changes = createChangesView(formats, actions);
  const lossViews = lossTrends.map((trend) => createLossView(trend, formats, actions));
  const improvement = element('span');
  const overlay = createSelect({ id: 'overlay-choice', class: 'select overlay-choice' }, (value) =>
    panel.change((view) => ({ ...view, overlay: value === '' ? null : value })),
  );
  const content = element(
    'div',
    {},
    element(
      'div',
      { class: 'toolbar' },
      element('p', { class: 'improvement' }, 'Overall improvement', improvement),
      element('span', { class: 'spring' }),
      element('span', { class: 'labelled' }, element('label', { for: 'overlay-choice' }, 'Lay over'), overlay.element),
    ),
    element('div', { class: 'trends-grid' }, ...views.map((view) => view.element), changes.element),
  );
  /** Below, and also there while a job has no predictions yet. */
  const logged = element('div', { class: 'trends-grid' }, ...lossViews.map((view) => view.element));
  const nothing = createAbsence(() => {});

  /** A chart remembers the colours it was made with: for other ones it is made anew. */
  function takeColours() {
    const present = readPalette();
    if (JSON.stringify(palette) === JSON.stringify(present)) return;
    for (const view of [...views, changes, ...lossViews]) view.clear();
    palette = present;
  }

  function recolour() {
    takeColours();
    refresh();
  }

  function refresh() {
    // Out of sight nothing is drawn; the charts stay as they are, since making them takes longer than a reader waits.
    if (panel.view().tab !== 'trends') {
      unwatch?.();
      unwatch = null;
      return;
    }
    const points = message?.points ?? [];
    setAttribute(content, 'hidden', points.length === 0);
    nothing.show(absenceOf(points.length > 0 ? 'some' : message === null ? 'unknown' : 'none', panel.status()));
    if (unwatch === null) {
      unwatch = watchTheme(recolour);
      takeColours();
    }
    if (losses !== null) for (const view of lossViews) view.show(losses.lines, palette);
    if (message === null || points.length === 0) {
      for (const view of views) view.clear();
      changes.clear();
      return;
    }
    const { text, tone } = improvementText(message.overallImprovement, points, formats);
    setText(improvement, text);
    setAttribute(improvement, 'data-tone', tone);
    const { choices, chosen } = overlayChoices(message.others, panel.view().overlay);
    overlay.show(choices, chosen);
    // What was chosen counts at once; the points of the other job follow.
    const over = message.overlay?.key === chosen ? message.overlay : null;
    for (const view of views) view.show(points, over, palette);
    changes.show(message.changes, points, palette);
  }

  const drawer = createRestingDrawer(refresh);

  return {
    element: element('div', { class: 'trends' }, content, nothing.element, logged),
    show: (present) => {
      const isAsked = present.allEpochs || present.overlay?.allEpochs === true;
      message = nextTrends(message, present);
      // What the reader asked for does not wait.
      if (isAsked) refresh();
      else drawer.request();
    },
    showLosses: (present) => {
      losses = present;
      drawer.request();
    },
    refresh,
  };
}
