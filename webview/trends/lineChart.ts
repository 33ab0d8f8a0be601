import {
  Chart,
  type ChartConfiguration,
  type ChartDataset,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from 'chart.js';
import { color } from 'chart.js/helpers';
import type { Checkpoint } from '../../src/model/checkpoints.ts';
import type { Formats } from '../texts/formats.ts';
import { pointAt as cursorAt, logTick, sharedOptions } from './chartLook.ts';
import { type Coordinate, type Drawing, lonely } from './lines/drawing.ts';
import { type Axis, pointAt, type SourceLine } from './lines/sourceLines.ts';
import { nameMultiples } from './lines/ticks.ts';
import { dashOf, type Overlay, overLook, ownLook } from './overlay.ts';
import { lineColor, type Palette, sourceColor } from './palette.ts';
import { checkpointName, placeTexts, type Trend } from './series.ts';

// Only what is drawn, so that only that is bundled.
Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Filler, Tooltip);

const axisFormat: Record<'rate' | 'share', Intl.NumberFormatOptions> = {
  rate: { minimumFractionDigits: 2, maximumFractionDigits: 2 },
  share: { style: 'percent', minimumFractionDigits: 0, maximumFractionDigits: 0 },
};

/** Many points leave no room for a dot each. */
const mostDots = 60;
const densePoints = 400;

type LineDataset = ChartDataset<'line', Coordinate[]>;

/** What a chart is made for: another, and it is made anew. */
export interface Shape {
  readonly axis: Axis;
  readonly byEpoch: boolean;
  readonly log: boolean;
  readonly smooths: boolean;
  readonly hasDots: boolean;
  /** So many points that a line between two of them is as good as straight. */
  readonly isDense: boolean;
  /** Lines of the job, and of the one laid over. */
  readonly own: number;
  readonly over: number;
}

export const hasDots = (lines: readonly SourceLine[]): boolean => lines.every(({ xs }) => xs.length <= mostDots);
export const isDense = (lines: readonly SourceLine[]): boolean => lines.some(({ xs }) => xs.length > densePoints);

/** What a chart draws: for each line what is to be drawn of it. */
export interface Drawn {
  lines: readonly SourceLine[];
  drawings: readonly Drawing[];
  overlay: Overlay | null;
  overDrawings: readonly Drawing[];
}

/** A chart on a canvas. Its colours are those that it was made with. */
export interface LineChart {
  /** Updates in place, without animation. */
  show(drawn: Drawn): void;
  destroy(): void;
}

export function createLineChart(
  canvas: HTMLCanvasElement,
  trend: Trend,
  shape: Shape,
  palette: Palette,
  formats: Formats,
  choose: (at: Checkpoint) => void,
): LineChart {
  const { axis, byEpoch, log } = shape;
  const shared = sharedOptions(palette);
  let shown: Drawn = { lines: [], drawings: [], overlay: null, overDrawings: [] };

  const lineOf = (stroke: string, dash: number[]): LineDataset => ({
    data: [],
    borderColor: stroke,
    borderWidth: 2,
    borderDash: dash,
    pointRadius: shape.hasDots ? 2 : 0,
    pointBackgroundColor: palette.background,
    pointBorderColor: stroke,
    // Points at 0 and at 1 stay whole.
    clip: 4,
    ...(!shape.isDense && { cubicInterpolationMode: 'monotone' }),
  });
  const strokes = Array.from({ length: shape.own }, (_, index) => {
    const { look, line } = ownLook(index, shape.own);
    return {
      dash: dashOf[look],
      stroke: line === undefined ? lineColor(palette, trend.key) : sourceColor(palette, line),
    };
  });
  const own = strokes.map(({ stroke, dash }) => lineOf(stroke, dash));
  const over = Array.from({ length: shape.over }, (_, index) => lineOf(palette.text, dashOf[overLook(index).look]));
  const raw = strokes.map(({ stroke }) => ({
    ...lineOf(color(stroke).alpha(0.3).rgbString(), []),
    borderWidth: 1,
    pointRadius: 0,
    pointHoverRadius: 0,
  }));
  const edges = strokes.map(({ stroke }): { low: LineDataset; high: LineDataset } => {
    const low = { ...lineOf(stroke, []), borderWidth: 0, pointRadius: 0, pointHoverRadius: 0 };
    // Several bands lie over each other.
    const alpha = shape.own === 1 ? 0.18 : 0.1;
    return { low, high: { ...low, fill: '-1', backgroundColor: color(stroke).alpha(alpha).rgbString() } };
  });

  const config: ChartConfiguration<'line', Coordinate[]> = {
    type: 'line',
    data: {
      datasets: [
        ...(trend.band === undefined ? [] : edges.flatMap(({ low, high }) => [low, high])),
        ...over,
        // The first is on top: where lines are one, the dashed ones are seen upon the solid one.
        ...own.toReversed(),
        ...(shape.smooths ? raw : []),
      ],
    },
    options: {
      ...shared.options,
      parsing: false,
      normalized: true,
      // One checkpoint at a time, wherever in its column the pointer is.
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      onHover: (_event, active) => cursorAt(canvas, active.length > 0),
      onClick: (_event, [active]) => {
        const point = active && config.data.datasets[active.datasetIndex]?.data[active.index];
        const at = point && checkpointAt(point.x);
        if (at !== undefined) choose(at);
      },
      scales: {
        x: {
          ...shared.axis,
          type: 'linear',
          bounds: 'data',
          afterBuildTicks: nameMultiples,
          title: { ...shared.title, text: axis === 'epoch' ? 'Epoch' : 'Step' },
          ticks: {
            ...shared.ticks,
            // Between two epochs are steps.
            ...((axis === 'step' || byEpoch) && { precision: 0 }),
            maxRotation: 0,
            // The axis of a single epoch reaches below it, where there are none.
            callback: (value) => (Number(value) < 0 ? null : formats.count(Number(value))),
          },
        },
        y: yAxis(),
      },
      plugins: {
        tooltip: {
          ...shared.tooltip,
          callbacks: {
            title: ([item]) => titleAt(item?.parsed.x ?? Number.NaN),
            label: (item) =>
              placeTexts(trend, item.parsed.x ?? Number.NaN, shown.lines, shown.overlay, byEpoch, formats),
          },
        },
      },
    },
  };
  let chart: Chart<'line', Coordinate[]> | null = null;

  function yAxis() {
    const ticks = { ...shared.ticks, maxTicksLimit: 6 };
    if (log) {
      return {
        ...shared.axis,
        type: 'logarithmic' as const,
        ticks: { ...ticks, callback: (value: number | string) => logTick(Number(value), formats) },
      };
    }
    if (!trend.isBounded) {
      return {
        ...shared.axis,
        type: 'linear' as const,
        ticks: { ...ticks, callback: (value: number | string) => formats.figure(Number(value)) },
      };
    }
    const format = axisFormat[trend.unit === 'rate' ? 'rate' : 'share'];
    return {
      ...shared.axis,
      type: 'linear' as const,
      min: 0,
      max: 1,
      ticks: { ...shared.ticks, stepSize: 0.25, format },
    };
  }

  function checkpointAt(x: number): Checkpoint | undefined {
    for (const line of shown.lines) {
      const point = pointAt(line, x);
      if (point !== undefined) return point;
    }
    return undefined;
  }

  function titleAt(x: number): string {
    const at = checkpointAt(x) ?? shown.overlay?.lines.map((line) => pointAt(line, x)).find((point) => point);
    const name = at === undefined ? `${axis} ${formats.count(x)}` : checkpointName(at, byEpoch, formats);
    return name.charAt(0).toUpperCase() + name.slice(1);
  }

  /** A value between two gaps is on no line. */
  function give(dataset: LineDataset | undefined, data: Coordinate[]): void {
    if (dataset === undefined) return;
    dataset.data = data;
    if (shape.hasDots) return;
    const alone = lonely(data);
    dataset.pointRadius = alone.size === 0 ? 0 : data.map((_, place) => (alone.has(place) ? 1.5 : 0));
  }

  return {
    show: (drawn) => {
      shown = drawn;
      for (const [index, { line, raw: unsmoothed, low, high }] of drawn.drawings.entries()) {
        give(own[index], line);
        const [faint, edge] = [raw[index], edges[index]];
        if (faint !== undefined) faint.data = unsmoothed;
        if (edge !== undefined) [edge.low.data, edge.high.data] = [low, high];
      }
      for (const [index, { line }] of drawn.overDrawings.entries()) give(over[index], line);
      // What is made with its data is laid out once.
      if (chart === null) chart = new Chart(canvas, config);
      else chart.update('none');
    },
    destroy: () => chart?.destroy(),
  };
}
