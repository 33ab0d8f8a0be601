import { metricGroup } from '../../../src/model/metricNames.ts';
import { chartedMetrics } from '../../../src/panel/initialView.ts';
import { plainName } from '../../../src/plainText.ts';
import { createChecklist } from '../../controls/checklist.ts';
import { element, setAttribute, setChildren, setText } from '../../dom.ts';
import type { Panel } from '../../panel.ts';
import type { CardActions } from '../chartCard.ts';
import type { Sight } from '../sight.ts';
import { toggled } from '../trendsToolbar.ts';
import { figureTrend } from './losses.ts';
import { createLossView, type LossContent, type LossView } from './lossView.ts';
import type { Figures } from './nextFigures.ts';

/** Figures of one group, with a heading that folds it. */
interface Group {
  readonly element: HTMLElement;
  show(views: readonly LossView[], isOpen: boolean): void;
}

export interface FiguresView {
  readonly element: HTMLElement;
  show(figures: Figures, how: Omit<LossContent, 'lines'>): void;
  clear(): void;
}

/** Charts of all that a trainer logs, whatever its names, group by group. Out of sight while there is nothing. */
export function createFiguresView(panel: Panel, actions: CardActions, sight: Sight): FiguresView {
  const { formats } = panel;
  let shown: Parameters<FiguresView['show']> | null = null;
  const views = new Map<string, LossView>();
  const groups = new Map<string, Group>();
  const choice = createChecklist({ kind: 'chart-metrics', text: 'Metrics' }, (name) => {
    const names = shown?.[0].names ?? [];
    panel.change((view) => ({ ...view, trendMetrics: toggled(chartedMetrics(view.trendMetrics, names), name) }));
  });
  const count = element('span', { class: 'trend-source' });
  const content = element('div');
  const container = element(
    'section',
    { class: 'figures', 'aria-labelledby': 'figures-title', hidden: true },
    element(
      'div',
      { class: 'figures-head' },
      element('h2', { class: 'trend-title', id: 'figures-title' }, 'Logged by the trainer'),
      count,
      element('span', { class: 'spring' }),
      choice.element,
    ),
    content,
  );

  function viewOf(name: string): LossView {
    let view = views.get(name);
    if (view === undefined) {
      view = createLossView(figureTrend(name), formats, actions, sight);
      views.set(name, view);
    }
    return view;
  }

  function groupOf(name: string): Group {
    let group = groups.get(name);
    if (group === undefined) {
      group = createGroup(name, groups.size, () => {
        const folded = panel.layout().folded ?? [];
        panel.keepLayout({ folded: toggled(folded, name) });
        if (shown !== null) show(...shown);
        sight.run();
      });
      groups.set(name, group);
    }
    return group;
  }

  function show(figures: Figures, how: Omit<LossContent, 'lines'>) {
    shown = [figures, how];
    const { names, leftOut, lines } = figures;
    setAttribute(container, 'hidden', names.length === 0);
    const charted = chartedMetrics(panel.view().trendMetrics, names);
    choice.show(
      names.map((name) => ({ value: name, text: plainName(name) })),
      new Set(charted),
      leftOut === 0 ? '' : `${formats.count(leftOut)} more are left out`,
    );
    setText(count, countText(charted.length, names.length, formats.count));
    const kept = new Set(charted);
    for (const [name, view] of views) {
      if (kept.has(name)) continue;
      view.clear();
      sight.forget(view.element);
      views.delete(name);
    }
    const folded = new Set(panel.layout().folded ?? []);
    const byGroup = new Map<string, string[]>();
    for (const name of charted) {
      const members = byGroup.get(metricGroup(name));
      if (members === undefined) byGroup.set(metricGroup(name), [name]);
      else members.push(name);
    }
    setChildren(
      content,
      [...byGroup.keys()].map((name) => groupOf(name).element),
    );
    for (const [group, members] of byGroup) {
      const isOpen = !folded.has(group);
      const made = isOpen ? members.map(viewOf) : members.flatMap((name) => views.get(name) ?? []);
      groupOf(group).show(made, isOpen);
      if (!isOpen) continue;
      for (const name of members) viewOf(name).show({ lines: lines.get(name) ?? {}, ...how });
    }
  }

  return {
    element: container,
    show,
    clear: () => {
      for (const view of views.values()) view.clear();
    },
  };
}

/** "12 of 40 shown"; empty where all are. */
function countText(shown: number, all: number, count: (value: number) => string): string {
  return shown === all ? '' : `${count(shown)} of ${count(all)} shown`;
}

/** @param name untrusted; empty for what has no group */
function createGroup(name: string, number: number, fold: () => void): Group {
  const id = `figures-${number}`;
  const button = element(
    'button',
    { type: 'button', class: 'fold', 'aria-controls': id },
    name === '' ? 'General' : plainName(name),
  );
  button.addEventListener('click', fold);
  const grid = element('div', { class: 'trends-grid', id });
  return {
    element: element('div', { class: 'figures-group' }, element('h3', { class: 'figures-name' }, button), grid),
    show: (views, isOpen) => {
      setAttribute(button, 'aria-expanded', String(isOpen));
      setAttribute(grid, 'hidden', !isOpen);
      setChildren(
        grid,
        views.map((view) => view.element),
      );
    },
  };
}
