import {
  Chart,
  type ChartDataset,
  Decimation,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';
import { color } from 'chart.js/helpers';
import type { TrendPoint } from '../../src/wire/trends.ts';
import type { Formats } from '../texts/formats.ts';
import { pointAt, sharedOptions } from './chartLook.ts';
import type { Overlay } from './overlay.ts';
import type { Palette } from './palette.ts';
import { type Coordinate, epochTexts, line, type Trend } from './series.ts';

// Only what is drawn, so that only that is bundled.
Chart.register(LineController, LineElement, PointElement, LinearScale, Filler, Tooltip, Decimation);

const axisFormat: Record<Trend['unit'], Intl.NumberFormatOptions> = {
  rate: { minimumFractionDigits: 2, maximumFractionDigits: 2 },
  share: { style: 'percent', minimumFractionDigits: 0, maximumFractionDigits: 0 },
};

/** Many epochs leave no room for a dot each. A chart keeps the dots that it is made with. */
export const hasDots = (points: readonly TrendPoint[]): boolean => points.length <= 60;

type LineDataset = ChartDataset<'line', Coordinate[]>;

/** A chart on a canvas. Its colours are those that it was made with. */
export interface LineChart {
  /** Updates in place, without animation. */
  show(points: readonly TrendPoint[], overlay: Overlay | null): void;
  destroy(): void;
}

export function createLineChart(
  canvas: HTMLCanvasElement,
  trend: Trend,
  dots: boolean,
  palette: Palette,
  formats: Formats,
  choose: (epoch: number) => void,
): LineChart {
  const own = palette.lines[trend.key];
  const shared = sharedOptions(palette);
  const { band } = trend;
  let points: readonly TrendPoint[] = [];
  let overlay: Overlay | null = null;

  const mean: LineDataset = {
    data: [],
    borderColor: own,
    borderWidth: 2,
    pointRadius: dots ? 2 : 0,
    pointBackgroundColor: palette.background,
    pointBorderColor: own,
    // Points at 0 and at 1 stay whole.
    clip: 4,
    cubicInterpolationMode: 'monotone',
  };
  const over: LineDataset = { ...mean, borderColor: palette.text, pointBorderColor: palette.text, borderDash: [5, 4] };
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
    data: { datasets: band === undefined ? [over, mean] : [low, high, over, mean] },
    options: {
      ...shared.options,
      // As the thinning of thousands of epochs wants them: smallest and largest of each pixel stay.
      parsing: false,
      normalized: true,
      // One epoch at a time, wherever in its column the pointer is.
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      onHover: (_event, active) => pointAt(canvas, active.length > 0),
      onClick: (_event, [active]) => {
        const epoch = active && chart.data.datasets[active.datasetIndex]?.data[active.index]?.x;
        if (points.some((point) => point.epoch === epoch) && epoch !== undefined) choose(epoch);
      },
      scales: {
        x: {
          ...shared.axis,
          type: 'linear',
          bounds: 'data',
          title: shared.title,
          ticks: {
            ...shared.ticks,
            precision: 0,
            maxRotation: 0,
            // The axis of a single epoch reaches below it, where there are none.
            callback: (value) => (Number(value) < 0 ? null : formats.count(Number(value))),
          },
        },
        y: {
          ...shared.axis,
          type: 'linear',
          min: 0,
          max: 1,
          ticks: { ...shared.ticks, stepSize: 0.25, format: axisFormat[trend.unit] },
        },
      },
      plugins: {
        decimation: { enabled: true, algorithm: 'min-max' },
        tooltip: {
          ...shared.tooltip,
          callbacks: {
            title: ([item]) => (item === undefined ? '' : `Epoch ${formats.count(item.parsed.x ?? 0)}`),
            label: (item) => epochTexts(trend, item.parsed.x ?? Number.NaN, points, overlay, formats),
          },
        },
      },
    },
  });

  return {
    show: (present, presentOverlay) => {
      points = present;
      overlay = presentOverlay;
      mean.data = line(points, trend.value);
      over.data = overlay === null ? [] : line(overlay.points, trend.value);
      if (band !== undefined) {
        low.data = line(points, band.low);
        high.data = line(points, band.high);
      }
      chart.update('none');
    },
    destroy: () => chart.destroy(),
  };
}
