import { Chart, type ChartDataset, LinearScale, LineController, LineElement, PointElement, Tooltip } from 'chart.js';
import type { Formats } from '../../texts/formats.ts';
import { sharedOptions } from '../chartLook.ts';
import type { Palette } from '../palette.ts';
import type { Coordinate } from '../series.ts';
import { drawnLines, type LossLines, type LossTrend, stepTexts } from './losses.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, Tooltip);

/** Many points leave no room for a dot each. */
const mostDots = 60;

/** A chart over the steps. Its colours are those that it was made with. */
export interface LossChart {
  /** Updates in place, without animation. */
  show(lines: LossLines): void;
  destroy(): void;
}

export function createLossChart(
  canvas: HTMLCanvasElement,
  trend: LossTrend,
  palette: Palette,
  formats: Formats,
): LossChart {
  const own = palette.lines[trend.key];
  const shared = sharedOptions(palette);
  let shown: LossLines | null = null;
  const count = (value: number | string) => formats.count(Number(value));

  const chart = new Chart<'line', Coordinate[]>(canvas, {
    type: 'line',
    data: { datasets: [] },
    options: {
      ...shared.options,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: {
          ...shared.axis,
          type: 'linear',
          bounds: 'data',
          title: { ...shared.title, text: 'Step' },
          ticks: { ...shared.ticks, precision: 0, maxRotation: 0, callback: count },
        },
        y: {
          ...shared.axis,
          type: 'linear',
          beginAtZero: true,
          ticks: { ...shared.ticks, maxTicksLimit: 6, callback: (value) => formats.figure(Number(value)) },
        },
      },
      plugins: {
        tooltip: {
          ...shared.tooltip,
          callbacks: {
            title: ([item]) => `Step ${count(item?.parsed.x ?? 0)}`,
            label: (item) => (shown === null ? '' : stepTexts(trend, shown, item.parsed.x ?? Number.NaN, formats)),
          },
        },
      },
    },
  });

  function dataset({ line, isFirst }: ReturnType<typeof drawnLines>[number]): ChartDataset<'line', Coordinate[]> {
    const color = isFirst ? own : palette.text;
    return {
      data: line.points.map(([x, y]) => ({ x, y })),
      borderColor: color,
      borderWidth: 2,
      ...(isFirst ? {} : { borderDash: [5, 4] }),
      pointBackgroundColor: palette.background,
      pointBorderColor: color,
      pointRadius: line.points.length > mostDots ? 0 : 2,
      clip: 4,
    };
  }

  return {
    show: (lines) => {
      shown = lines;
      chart.data.datasets = drawnLines(trend, lines).map(dataset);
      chart.update('none');
    },
    destroy: () => chart.destroy(),
  };
}
