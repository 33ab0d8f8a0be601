import { setAttribute } from '../../dom.ts';
import type { Formats } from '../../texts/formats.ts';
import { type CardActions, createChartCard } from '../chartCard.ts';
import { lineNotes } from '../lines/notes.ts';
import type { Palette } from '../palette.ts';
import { holdsSame } from '../remembered.ts';
import type { Sight } from '../sight.ts';
import { createLossChart, type LossChart } from './lossChart.ts';
import {
  drawnLines,
  type LossLines,
  type LossTrend,
  lossHeadline,
  lossLegend,
  lossTable,
  unplacedValues,
} from './losses.ts';

/** What a chart draws, and how. */
export interface LossContent {
  lines: LossLines;
  smoothing: number;
  log: boolean;
  palette: Palette;
}

export interface LossView {
  readonly element: HTMLElement;
  /**
   * What to draw once the sight runs; makes the chart where there is none yet. Out of sight where nothing was logged.
   */
  show(content: LossContent): void;
  /** Lets go of the chart. */
  clear(): void;
}

/** One chart of what the trainer logged, with what belongs to it. */
export function createLossView(trend: LossTrend, formats: Formats, actions: CardActions, sight: Sight): LossView {
  const card = createChartCard(trend.key, trend.title, formats, actions);
  let chart: LossChart | null = null;
  let wanted: LossContent | null = null;
  /** What the chart draws. */
  let drawn: LossContent | null = null;
  card.element.hidden = true;
  const ask = sight.watch(card.element, draw);

  function clear() {
    chart?.destroy();
    chart = null;
    drawn = null;
  }

  function draw() {
    if (wanted === null || holdsSame(drawn, wanted)) return undefined;
    const { lines, smoothing, log, palette } = wanted;
    const last = lossHeadline(trend, lines, formats);
    if (last === null) return undefined;
    const table = lossTable(trend, lines, formats);
    const notes = lineNotes(smoothing, log ? unplacedValues(trend, lines) : 0, formats);
    card.show(
      {
        value: last.value,
        source: [last.source, ...notes].join(' · '),
        legend: lossLegend(trend, lines),
        table: { total: table.rows.length, newest: () => table },
      },
      palette,
    );
    if (drawn?.log !== log || drawn.palette !== palette) clear();
    drawn = wanted;
    return () => {
      chart ??= createLossChart(card.canvas, trend, log, palette, formats);
      chart.show(lines);
    };
  }

  return {
    element: card.element,
    show: (content) => {
      wanted = content;
      const isThere = drawnLines(trend, content.lines).length > 0;
      setAttribute(card.element, 'hidden', !isThere);
      if (isThere) ask();
      else clear();
    },
    clear,
  };
}
