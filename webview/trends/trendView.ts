import type { Formats } from '../texts/formats.ts';
import { type CardActions, createChartCard } from './chartCard.ts';
import { trendLines } from './chartTable.ts';
import { createLineChart, hasDots, isDense, type LineChart, type Shape } from './lineChart.ts';
import { drawingOf } from './lines/drawing.ts';
import { lineNotes } from './lines/notes.ts';
import type { Axis, SourceLine } from './lines/sourceLines.ts';
import { legendOf, type Overlay } from './overlay.ts';
import type { Palette } from './palette.ts';
import { holdsSame } from './remembered.ts';
import { headline, type Trend } from './series.ts';
import type { Sight } from './sight.ts';

/** What all charts of scores draw; each part the same object as long as nothing of it changed. */
export interface TrendsContent {
  lines: readonly SourceLine[];
  overlay: Overlay | null;
  /** Checkpoints of all lines, each counted once. */
  checkpoints: number;
  axis: Axis;
  byEpoch: boolean;
  /** Of the sources, how many have no line because there are too many. */
  leftOut: number;
  smoothing: number;
  log: boolean;
  palette: Palette;
}

export interface TrendView {
  readonly element: HTMLElement;
  /** What to draw once the sight runs; makes the chart where there is none yet. */
  show(trend: Trend, content: TrendsContent): void;
  /** Lets go of the chart. */
  clear(): void;
}

interface Wanted {
  trend: Trend;
  content: TrendsContent;
}

/** One line chart with what belongs to it. */
export function createTrendView(
  { key, title }: Pick<Trend, 'key' | 'title'>,
  formats: Formats,
  actions: CardActions,
  sight: Sight,
): TrendView {
  const card = createChartCard(key, title, formats, actions);
  let chart: LineChart | null = null;
  /** What the chart was made for. */
  let made = '';
  let madeOf: Trend | null = null;
  let wanted: Wanted | null = null;
  /** What the chart draws. */
  let drawn: Wanted | null = null;
  const ask = sight.watch(card.element, draw);

  function clear() {
    chart?.destroy();
    chart = null;
    drawn = null;
  }

  function draw() {
    // A look at another tab and back changes nothing.
    if (wanted === null || (drawn?.trend === wanted.trend && holdsSame(drawn.content, wanted.content))) {
      return undefined;
    }
    const { trend, content } = wanted;
    const { lines, overlay, byEpoch, palette, smoothing, log, axis } = content;
    const last = headline(trend, lines, byEpoch, formats);
    if (last === null) {
      card.showEmpty(trend.whyEmpty(lines.flatMap(({ points }) => points)));
      clear();
      drawn = wanted;
      return undefined;
    }
    const draws = (line: SourceLine, isOwn: boolean) =>
      drawingOf(line, isOwn ? trend : { value: trend.value }, { smoothing, log });
    const drawings = lines.map((line) => draws(line, true));
    const overDrawings = (overlay?.lines ?? []).map((line) => draws(line, false));
    const unplaced = drawings.reduce((sum, drawing) => sum + drawing.unplaced, 0);
    const lined = { trend, lines, overlay, byEpoch };
    card.show(
      {
        value: last.value,
        source: [last.source, ...notes(content, unplaced)].join(' · '),
        legend: legendOf(lines, overlay, trend.value),
        table: trendLines(lined, content.checkpoints, formats),
      },
      palette,
    );
    const shape: Shape = {
      ...{ axis, byEpoch, log },
      smooths: smoothing > 0,
      hasDots: hasDots([...lines, ...(overlay?.lines ?? [])]),
      isDense: isDense(lines),
      own: lines.length,
      over: overlay?.lines.length ?? 0,
    };
    const shapeText = JSON.stringify(shape);
    if (shapeText !== made || trend !== madeOf || drawn?.content.palette !== palette) clear();
    [made, madeOf] = [shapeText, trend];
    drawn = wanted;
    return () => {
      chart ??= createLineChart(card.canvas, trend, shape, palette, formats, actions.choose);
      chart.show({ lines, drawings, overlay, overDrawings });
    };
  }

  function notes({ smoothing, axis, byEpoch, leftOut, lines }: TrendsContent, unplaced: number): string[] {
    return [
      ...lineNotes(smoothing, unplaced, formats),
      ...(axis === 'epoch' && !byEpoch ? ['the checkpoints of an epoch at equal distances'] : []),
      ...(leftOut > 0
        ? [`showing ${formats.count(lines.length)} of ${formats.count(lines.length + leftOut)} sources`]
        : []),
    ];
  }

  return {
    element: card.element,
    show: (trend, content) => {
      wanted = { trend, content };
      ask();
    },
    clear,
  };
}
