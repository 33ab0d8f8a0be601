import { setAttribute } from '../../dom.ts';
import type { Formats } from '../../texts/formats.ts';
import { type CardActions, createChartCard } from '../chartCard.ts';
import type { Palette } from '../palette.ts';
import { createLossChart, type LossChart } from './lossChart.ts';
import { type LossLines, type LossTrend, lossHeadline, lossLegend, lossTable } from './losses.ts';

export interface LossView {
  readonly element: HTMLElement;
  /** Draws; makes the chart, in these colours, where there is none yet. Out of sight where nothing was logged. */
  show(lines: LossLines, palette: Palette): void;
  /** Lets go of the chart. */
  clear(): void;
}

/** One chart of what the trainer logged, with what belongs to it. */
export function createLossView(trend: LossTrend, formats: Formats, actions: CardActions): LossView {
  const card = createChartCard(trend.key, trend.title, formats, actions);
  let chart: LossChart | null = null;
  /** What the chart draws. */
  let drawn: Parameters<LossView['show']>[0] | null = null;
  card.element.hidden = true;

  function clear() {
    chart?.destroy();
    chart = null;
    drawn = null;
  }

  return {
    element: card.element,
    show: (lines, palette) => {
      if (drawn === lines) return;
      const last = lossHeadline(trend, lines, formats);
      setAttribute(card.element, 'hidden', last === null);
      if (last === null) {
        clear();
        return;
      }
      const table = lossTable(trend, lines, formats);
      const legend = lossLegend(trend, lines);
      const content = { ...last, legend, table: { total: table.rows.length, newest: () => table } };
      card.show(content, palette);
      chart ??= createLossChart(card.canvas, trend, palette, formats);
      chart.show(lines);
      drawn = lines;
    },
    clear,
  };
}
