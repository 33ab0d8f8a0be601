import {
  Chart,
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
import { type Coordinate, line, pointTexts, type Trend } from './series.ts';

// Only what is drawn, so that only that is bundled.
Chart.register(LineController, LineElement, PointElement, LinearScale, Filler, Tooltip);

const axisFormat: Record<Trend['unit'], Intl.NumberFormatOptions> = {
  rate: { minimumFractionDigits: 2, maximumFractionDigits: 2 },
  share: { style: 'percent', minimumFractionDigits: 0, maximumFractionDigits: 0 },
};

type LineDataset = ChartDataset<'line', Coordinate[]>;

/** A chart on a canvas. It lives only while it is in sight. */
export interface LineChart {
  /** Updates in place, without animation. */
  show(points: readonly TrendPoint[]): void;
  destroy(): void;
}

export function createLineChart(
  canvas: HTMLCanvasElement,
  trend: Trend,
  palette: Palette,
  formats: Formats,
): LineChart {
  const own = palette.lines[trend.key];
  const font = { family: palette.font };
  const axis = { grid: { color: palette.grid }, border: { color: palette.grid } };
  const { band } = trend;
  let points: readonly TrendPoint[] = [];

  const mean: LineDataset = {
    data: [],
    borderColor: own,
    borderWidth: 2,
    pointBackgroundColor: palette.background,
    pointBorderColor: own,
    pointHitRadius: 12,
    // Points at 0 and at 1 stay whole.
    clip: 4,
    cubicInterpolationMode: 'monotone',
  };
  const low: LineDataset = {
    data: [],
    borderWidth: 0,
    pointRadius: 0,
    pointHoverRadius: 0,
    cubicInterpolationMode: 'monotone',
  };
  const high: LineDataset = { ...low, fill: '-1', backgroundColor: color(own).alpha(0.18).rgbString() };

  const chart = new Chart<'line', Coordinate[]>(canvas, {
    type: 'line',
    data: { datasets: band === undefined ? [mean] : [low, high, mean] },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      // One epoch at a time, wherever in its column the pointer is.
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: {
          ...axis,
          type: 'linear',
          bounds: 'data',
          title: { display: true, text: 'Epoch', color: palette.text, font },
          ticks: { precision: 0, maxRotation: 0, color: palette.text, font },
        },
        y: {
          ...axis,
          type: 'linear',
          min: 0,
          max: 1,
          ticks: { stepSize: 0.25, format: axisFormat[trend.unit], color: palette.text, font },
        },
      },
      plugins: {
        tooltip: {
          displayColors: false,
          backgroundColor: palette.background,
          borderColor: palette.border,
          borderWidth: 1,
          titleColor: palette.text,
          bodyColor: palette.text,
          titleFont: font,
          bodyFont: font,
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
  });

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
    destroy: () => chart.destroy(),
  };
}
