import {
  Chart,
  type ChartConfiguration,
  type ChartDataset,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';
import { color } from 'chart.js/helpers';
import type { TrendPoint } from '../../src/wire/trends.ts';
import type { Formats } from '../formats.ts';
import type { Palette } from './palette.ts';
import { type Coordinate, line, pointTexts, type Trend, valueText } from './series.ts';

// Only what is drawn, so that only that is bundled.
Chart.register(LineController, LineElement, PointElement, LinearScale, Filler, Tooltip);

type LineDataset = ChartDataset<'line', Coordinate[]>;

/** A chart on a canvas. It lives only while it is in sight. */
export interface LineChart {
  /** Updates in place, without animation. */
  show(points: readonly TrendPoint[]): void;
  setPalette(palette: Palette): void;
  destroy(): void;
}

export function createLineChart(
  canvas: HTMLCanvasElement,
  trend: Trend,
  palette: Palette,
  formats: Formats,
): LineChart {
  let points: readonly TrendPoint[] = [];
  const mean: LineDataset = { data: [], borderWidth: 2, pointHitRadius: 12, cubicInterpolationMode: 'monotone' };
  const edge = (): LineDataset => ({
    data: [],
    borderWidth: 0,
    pointRadius: 0,
    pointHitRadius: 0,
    cubicInterpolationMode: 'monotone',
  });
  const low = edge();
  const high: LineDataset = { ...edge(), fill: '-1' };
  const { band } = trend;

  const configuration: ChartConfiguration<'line', Coordinate[]> = {
    type: 'line',
    data: { datasets: band === undefined ? [mean] : [low, high, mean] },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      // One epoch at a time, wherever in its column the pointer is.
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: { type: 'linear', title: { display: true, text: 'Epoch' }, ticks: { precision: 0, maxRotation: 0 } },
        y: {
          type: 'linear',
          min: 0,
          max: 1,
          ticks: { stepSize: 0.25, callback: (value) => axisText(Number(value), trend) },
        },
      },
      plugins: {
        tooltip: {
          displayColors: false,
          filter: (item) => item.dataset === mean,
          callbacks: {
            title: ([item]) => {
              const point = points[item?.dataIndex ?? -1];
              return point === undefined ? '' : `Epoch ${formats.count(point.epoch)}`;
            },
            label: (item) => {
              const point = points[item.dataIndex];
              return point === undefined ? '' : pointTexts(trend, point, formats);
            },
          },
        },
      },
    },
  };
  paint(palette);
  const chart = new Chart(canvas, configuration);

  function axisText(value: number, { unit }: Trend): string {
    return unit === 'rate' ? value.toFixed(2) : valueText(trend, value, formats);
  }

  function paint({ text, grid, font, background, border, lines }: Palette) {
    const own = lines[trend.key];
    Object.assign(mean, { borderColor: own, pointBackgroundColor: own, pointBorderColor: own });
    high.backgroundColor = color(own).alpha(0.18).rgbString();
    const { scales, plugins } = configuration.options ?? {};
    for (const scale of Object.values(scales ?? {})) {
      Object.assign(scale ?? {}, { grid: { color: grid }, border: { color: grid } });
      Object.assign(scale?.ticks ?? {}, { color: text, font: { family: font } });
      if (scale !== undefined && 'title' in scale)
        Object.assign(scale.title ?? {}, { color: text, font: { family: font } });
    }
    Object.assign(plugins?.tooltip ?? {}, {
      backgroundColor: background,
      borderColor: border,
      borderWidth: 1,
      titleColor: text,
      bodyColor: text,
      titleFont: { family: font },
      bodyFont: { family: font },
    });
  }

  return {
    show: (present) => {
      points = present;
      mean.data = line(points, trend.value);
      // Many epochs leave no room for a dot each.
      mean.pointRadius = points.length > 60 ? 0 : 2;
      if (band !== undefined) {
        low.data = line(points, band.low);
        high.data = line(points, band.high);
      }
      chart.update('none');
    },
    setPalette: (present) => {
      paint(present);
      chart.update('none');
    },
    destroy: () => chart.destroy(),
  };
}
