import {
  Chart,
  type ChartConfiguration,
  type ChartDataset,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from 'chart.js';
import { color as readColor } from 'chart.js/helpers';
import type { LossLine } from '../../../src/panel/protocol/trends.ts';
import type { Formats } from '../../texts/formats.ts';
import { logTick, sharedOptions } from '../chartLook.ts';
import { lonely } from '../lines/drawing.ts';
import { nameMultiples } from '../lines/ticks.ts';
import { lineColor, type Palette } from '../palette.ts';
import { drawnLines, type LossLines, type LossTrend, stepTexts } from './losses.ts';

Chart.register(LineController, LineElement, LinearScale, LogarithmicScale, PointElement, Tooltip);

/** Many points leave no room for a dot each. */
const mostDots = 60;

interface Place {
  x: number;
  y: number | null;
  at: number;
}
type Line = ChartDataset<'line', Place[]>;

/** A chart over the steps. Its colours are those that it was made with. */
export interface LossChart {
  /** Updates in place, without animation. */
  show(lines: LossLines): void;
  destroy(): void;
}

export function createLossChart(
  canvas: HTMLCanvasElement,
  trend: LossTrend,
  log: boolean,
  palette: Palette,
  formats: Formats,
): LossChart {
  const own = lineColor(palette, trend.key);
  const shared = sharedOptions(palette);
  let shown: LossLines | null = null;
  const count = (value: number | string) => formats.count(Number(value));

  const config: ChartConfiguration<'line', Place[]> = {
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
          afterBuildTicks: nameMultiples,
          title: { ...shared.title, text: 'Step' },
          ticks: { ...shared.ticks, precision: 0, maxRotation: 0, callback: count },
        },
        y: {
          ...shared.axis,
          type: log ? 'logarithmic' : 'linear',
          beginAtZero: trend.fromZero && !log,
          ticks: {
            ...shared.ticks,
            maxTicksLimit: 6,
            callback: (value) => (log ? logTick(Number(value), formats) : formats.figure(Number(value))),
          },
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
  };
  let chart: Chart<'line', Place[]> | null = null;

  /** The smoothed line before the faint one that was logged, where there are both. */
  function datasets({ line, isFirst }: ReturnType<typeof drawnLines>[number]): Line[] {
    const stroke = isFirst ? own : palette.text;
    const dash = isFirst ? {} : { borderDash: [5, 4] };
    if (line.smoothed === undefined) return [{ ...dataset(line.points, stroke), ...dash }];
    const faint = readColor(stroke).alpha(0.3).rgbString();
    return [
      { ...dataset(line.smoothed, stroke), ...dash },
      { ...dataset(line.points, faint), borderWidth: 1, pointRadius: 0, pointHoverRadius: 0 },
    ];
  }

  function dataset(points: LossLine['points'], stroke: string): Line {
    const data = points.map(([x, value], at) => ({ x, y: log && value !== null && value <= 0 ? null : value, at }));
    const alone = lonely(data);
    const few = points.length <= mostDots ? 2 : 0;
    return {
      data,
      borderColor: stroke,
      borderWidth: 2,
      pointBackgroundColor: palette.background,
      pointBorderColor: stroke,
      pointRadius: few > 0 || alone.size === 0 ? few : data.map(({ at }) => (alone.has(at) ? 1.5 : 0)),
      clip: 4,
    };
  }

  return {
    show: (lines) => {
      shown = lines;
      config.data.datasets = drawnLines(trend, lines).flatMap(datasets);
      // What is made with its data is laid out once.
      if (chart === null) chart = new Chart(canvas, config);
      else chart.update('none');
    },
    destroy: () => chart?.destroy(),
  };
}
