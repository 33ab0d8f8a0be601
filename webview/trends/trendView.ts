import type { TrendPoint } from '../../src/wire/trends.ts';
import type { Formats } from '../texts/formats.ts';
import { type CardActions, createChartCard } from './chartCard.ts';
import { trendLines } from './chartTable.ts';
import { createLineChart, hasDots, type LineChart } from './lineChart.ts';
import { type Overlay, overlayLegend } from './overlay.ts';
import type { Palette } from './palette.ts';
import { headline, type Trend } from './series.ts';

export interface TrendView {
  readonly element: HTMLElement;
  /** Draws; makes the chart, in these colours, where there is none yet. */
  show(points: readonly TrendPoint[], overlay: Overlay | null, palette: Palette): void;
  /** Lets go of the chart. */
  clear(): void;
}

/** One line chart with what belongs to it. */
export function createTrendView(trend: Trend, formats: Formats, actions: CardActions): TrendView {
  const card = createChartCard(trend.key, trend.title, formats, actions);
  let chart: LineChart | null = null;
  /** What the chart draws. */
  let drawn: {
    points: readonly TrendPoint[];
    over: readonly TrendPoint[] | undefined;
    title: string | undefined;
  } | null = null;

  function clear() {
    chart?.destroy();
    chart = null;
    drawn = null;
  }

  return {
    element: card.element,
    show: (points, overlay, palette) => {
      const over = overlay?.points;
      const title = overlay?.title;
      // A look at another tab and back changes nothing.
      if (drawn?.points === points && drawn.over === over && drawn.title === title) return;
      const last = headline(trend, points, formats);
      if (last === null) {
        card.showEmpty(trend.whyEmpty(points));
        clear();
        return;
      }
      const table = trendLines(trend, points, overlay, formats);
      card.show({ ...last, legend: overlayLegend(overlay, trend.value), table }, palette);
      const dots = hasDots(points);
      if (drawn !== null && hasDots(drawn.points) !== dots) clear();
      chart ??= createLineChart(card.canvas, trend, dots, palette, formats, actions.choose);
      chart.show(points, overlay);
      drawn = { points, over, title };
    },
    clear,
  };
}
