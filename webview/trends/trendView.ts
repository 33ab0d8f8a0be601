import type { TrendPoint } from '../../src/wire/trends.ts';
import { element, setChildren, setText } from '../dom.ts';
import type { Formats } from '../formats.ts';
import { createLineChart, type LineChart } from './lineChart.ts';
import type { Palette } from './palette.ts';
import { headline, type Trend, tableOf } from './series.ts';

export interface TrendView {
  readonly element: HTMLElement;
  /** Draws; makes the chart, in these colours, where there is none yet. */
  show(points: readonly TrendPoint[], palette: Palette): void;
  /** Lets go of the chart. */
  clear(): void;
}

/** One chart with its title, its last value and, for those who cannot see it, its numbers as a table. */
export function createTrendView(trend: Trend, formats: Formats): TrendView {
  const titleId = `trend-${trend.key}`;
  const value = element('span', { class: 'trend-value' });
  const source = element('span', { class: 'trend-source' });
  const summary = element('p', { class: 'trend-summary' }, value, source);
  const canvas = element('canvas', { role: 'img', 'aria-labelledby': titleId });
  const drawing = element('div', { class: 'trend-drawing' }, canvas);
  const empty = element('p', { class: 'trend-empty' });
  const body = element('tbody');
  const heading = element('tr');
  const table = element('table', { 'aria-labelledby': titleId, class: 'spoken' }, element('thead', {}, heading), body);
  const rows = new Map<number, HTMLTableRowElement>();
  let chart: LineChart | null = null;

  function showTable(points: readonly TrendPoint[]) {
    const content = tableOf(trend, points, formats);
    if (heading.childElementCount === 0) {
      heading.append(...content.headings.map((text) => element('th', { scope: 'col' }, text)));
    }
    const present = new Set(content.rows.map(({ epoch }) => epoch));
    for (const epoch of rows.keys()) if (!present.has(epoch)) rows.delete(epoch);
    const drawn = content.rows.map(({ epoch, cells }) => {
      const row = rows.get(epoch) ?? element('tr', {}, ...cells.map(() => element('td')));
      rows.set(epoch, row);
      cells.forEach((text, index) => {
        const cell = row.cells[index];
        if (cell !== undefined) setText(cell, text);
      });
      return row;
    });
    setChildren(body, drawn);
  }

  function clear() {
    chart?.destroy();
    chart = null;
  }

  return {
    element: element(
      'section',
      { class: 'trend', 'aria-labelledby': titleId },
      element('h2', { class: 'trend-title', id: titleId }, trend.title),
      summary,
      drawing,
      empty,
      table,
    ),
    show: (points, palette) => {
      const last = headline(trend, points, formats);
      for (const part of [summary, drawing, table]) part.hidden = last === null;
      empty.hidden = last !== null;
      if (last === null) {
        setText(empty, trend.whyEmpty(points));
        clear();
        return;
      }
      setText(value, last.value);
      setText(source, last.source);
      showTable(points);
      chart ??= createLineChart(canvas, trend, palette, formats);
      chart.show(points);
    },
    clear,
  };
}
