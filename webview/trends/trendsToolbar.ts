import { bandOf, chartableScores, chartedScores } from '../../src/panel/initialView.ts';
import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { createCheckbox } from '../controls/checkbox.ts';
import { createChecklist } from '../controls/checklist.ts';
import { createSelect } from '../controls/select.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { createSourceFilter } from '../predictions/sourceFilter.ts';
import type { Improvement } from './improvement.ts';
import type { Axis } from './lines/sourceLines.ts';
import { overlayChoices } from './overlay.ts';
import { chartTitle } from './scoreTrends.ts';

export interface TrendsToolbar {
  readonly element: HTMLElement;
  show(improvement: Improvement, others: HostMessageOf<'trends'>['others']): void;
}

/** The axis that a view shows: what its reader chose, else epochs where a checkpoint is called by its epoch. */
export function axisOf(panel: Panel): Axis {
  return panel.view().trendAxis ?? (panel.scores().byEpoch ? 'epoch' : 'step');
}

const axes = [
  { value: 'step', text: 'step' },
  { value: 'epoch', text: 'epoch' },
] as const;
const bands = [
  { value: 'percentiles', text: '10th–90th percentile' },
  { value: 'range', text: 'min–max' },
] as const;

/** Strongest smoothing that can be chosen, in hundredths. */
const strongest = 99;

/** What stands above the charts: how the job did, which charts there are, and how they are drawn. */
export function createTrendsToolbar(panel: Panel): TrendsToolbar {
  const improvement = element('span');
  const source = createSourceFilter(panel, 'trends-source');
  const axis = createSelect({ id: 'trends-axis' }, (value) => {
    const trendAxis = axes.find((choice) => choice.value === value)?.value ?? null;
    panel.change((view) => ({ ...view, trendAxis }));
  });
  const band = createSelect({ id: 'trends-band' }, (value) => {
    const trendBand = bands.find((choice) => choice.value === value)?.value ?? null;
    panel.change((view) => ({ ...view, trendBand }));
  });
  const scores = createChecklist({ kind: 'chart-scores', text: 'Scores' }, (name) => {
    const names = panel.scores().scores.map((score) => score.name);
    panel.change((view) => ({ ...view, trendScores: toggled(chartedScores(view.trendScores, names), name) }));
  });
  const smoothing = element('input', {
    ...{ type: 'range', class: 'slider', id: 'trends-smoothing' },
    ...{ min: 0, max: strongest, step: 1 },
  });
  smoothing.addEventListener('input', () => {
    const strength = Number(smoothing.value) / 100;
    panel.change((view) => ({ ...view, smoothing: strength }));
  });
  const strength = element('output', { for: 'trends-smoothing', class: 'slider-value' });
  const log = createCheckbox('Log scale', (logScale) => panel.change((view) => ({ ...view, logScale })));
  const overlay = createSelect({ id: 'overlay-choice', class: 'select overlay-choice' }, (value) =>
    panel.change((view) => ({ ...view, overlay: value === '' ? null : value })),
  );
  const labelled = (text: string, target: HTMLElement, ...others: HTMLElement[]) =>
    element('span', { class: 'labelled' }, element('label', { for: target.id }, text), target, ...others);

  return {
    element: element(
      'div',
      { class: 'toolbar' },
      element('p', { class: 'improvement' }, 'Overall improvement', improvement),
      element(
        'div',
        { class: 'trends-controls' },
        source.element,
        labelled('Axis', axis.element),
        scores.element,
        labelled('Band', band.element),
        labelled('Smoothing', smoothing, strength),
        log.element,
        labelled('Overlay', overlay.element),
      ),
    ),
    show: ({ text, tone }, others) => {
      const view = panel.view();
      const told = panel.scores();
      const names = told.scores.map(({ name }) => name);
      setText(improvement, text);
      setAttribute(improvement, 'data-tone', tone);
      source.refresh();
      axis.show(axes, axisOf(panel));
      band.show(bands, bandOf(view.trendBand, names));
      // Where nothing has a ground truth, its scores have no chart.
      const chartable = chartableScores(names).filter((name) => told.truths !== false || names.includes(name));
      setAttribute(scores.element, 'hidden', chartable.length === 0);
      const offered = chartable.map((name) => ({ value: name, text: chartTitle(name, told.scores) }));
      const note = told.leftOut === 0 ? '' : `${panel.formats.count(told.leftOut)} more scores are left out`;
      scores.show(offered, new Set(chartedScores(view.trendScores, names)), note);
      const hundredths = String(Math.round(view.smoothing * 100));
      if (smoothing.value !== hundredths) smoothing.value = hundredths;
      setText(strength, panel.formats.count(view.smoothing));
      log.show(view.logScale);
      const { choices, chosen } = overlayChoices(others, view.overlay);
      overlay.show(choices, chosen);
    },
  };
}

/** A list with an item, or without it where it has it. */
export function toggled(list: readonly string[], item: string): string[] {
  return list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
}
