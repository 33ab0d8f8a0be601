import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { absenceOf } from '../absence.ts';
import { createAbsence } from '../absenceView.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { type Palette, readPalette, watchTheme } from './palette.ts';
import { improvementText, trends } from './series.ts';
import { createTrendView } from './trendView.ts';

export interface TrendsTab {
  readonly element: HTMLElement;
  show(message: HostMessageOf<'trends'>): void;
  /** Draws the present view state again. */
  refresh(): void;
}

/** The four charts over the epochs. They exist only while the tab is in sight. */
export function createTrendsTab(panel: Panel): TrendsTab {
  const { formats } = panel;
  let message: HostMessageOf<'trends'> | null = null;
  /** What is there while the charts are. */
  let drawn: { palette: Palette; unwatch: () => void } | null = null;

  const views = trends.map((trend) => createTrendView(trend, formats));
  const improvement = element('span');
  const content = element(
    'div',
    {},
    element('p', { class: 'toolbar improvement' }, 'Overall improvement', improvement),
    element('div', { class: 'trends-grid' }, ...views.map((view) => view.element)),
  );
  const nothing = createAbsence(() => {});

  /** A chart remembers the colours it was made with: for other ones it is made anew. */
  function recolour() {
    stop();
    refresh();
  }

  function stop() {
    for (const view of views) view.clear();
    drawn?.unwatch();
    drawn = null;
  }

  function refresh() {
    if (panel.view().tab !== 'trends') {
      stop();
      return;
    }
    const points = message?.points ?? [];
    content.hidden = points.length === 0;
    nothing.show(absenceOf(points.length > 0 ? 'some' : message === null ? 'unknown' : 'none', panel.status()));
    if (points.length === 0) {
      stop();
      return;
    }
    const { text, tone } = improvementText(message?.overallImprovement ?? null, formats);
    setText(improvement, text);
    setAttribute(improvement, 'data-tone', tone);
    drawn ??= { palette: readPalette(), unwatch: watchTheme(recolour) };
    for (const view of views) view.show(points, drawn.palette);
  }

  return {
    element: element('div', { class: 'trends' }, content, nothing.element),
    show: (present) => {
      message = present;
      refresh();
    },
    refresh,
  };
}
