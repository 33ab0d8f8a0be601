import type { Checkpoint } from '../../src/model/checkpoints.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Formats } from '../texts/formats.ts';
import { type TableLines, tableCsv } from './chartTable.ts';
import { createDataTable } from './dataTable.ts';
import type { Later } from './later.ts';
import { showLegend } from './legend.ts';
import type { LegendEntry } from './overlay.ts';
import { lineColor, type Palette } from './palette.ts';
import { pictureOf } from './picture.ts';
import { createSaveMenu, type SaveFormat } from './saveMenu.ts';

/** What a chart's surroundings say of it. */
export interface CardContent {
  value: string;
  source: string;
  legend: readonly LegendEntry[];
  table: TableLines;
}

export interface ChartCard {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  show(content: CardContent, palette: Palette): void;
  /** In place of the chart: why there is none. */
  showEmpty(why: string): void;
}

export interface CardActions {
  /** Shows the predictions of a checkpoint. */
  choose(at: Checkpoint): void;
  save(name: string, format: SaveFormat, content: string): void;
  /** Whether the reader keeps a chart's data table in sight. */
  showsTable(key: string): boolean;
  keepTable(key: string, visible: boolean): void;
  /** For what nobody waits for. */
  later: Later;
}

/** A table of so few lines is brought up to date at once, seen or not. */
const shortTable = 40;

/** A name that others chose is no part of an id. */
let cards = 0;

/**
 * What is around a chart: title, last value, legend, its numbers as a table, and the way to save it.
 *
 * @param key what stands before a `:` in it names the chart's kind in style sheets
 */
export function createChartCard(key: string, title: string, formats: Formats, actions: CardActions): ChartCard {
  const kind = key.replace(/:.*$/s, '');
  cards += 1;
  const titleId = kind === key ? `trend-${key}` : `trend-${kind}-${cards}`;
  let shown: { content: CardContent; palette: Palette } | null = null;

  const value = element('span', { class: 'trend-value' });
  const source = element('span', { class: 'trend-source' });
  const summary = element('p', { class: 'trend-summary', id: `${titleId}-summary` }, value, source);
  const legend = element('ul', { class: 'legend' });
  const canvas = element('canvas', {
    role: 'img',
    'aria-labelledby': titleId,
    'aria-describedby': `${titleId}-summary`,
  });
  const drawing = element('div', { class: 'trend-drawing' }, canvas);
  const empty = element('p', { class: 'trend-empty' });
  const table = createDataTable(titleId, formats, actions.choose);
  const toggle = element(
    'button',
    { type: 'button', class: 'quiet-button', 'aria-pressed': 'false', 'aria-label': `Table of ${title}` },
    'Table',
  );
  toggle.addEventListener('click', () => {
    actions.keepTable(key, !actions.showsTable(key));
    showTable();
  });
  showTable();
  const tools = element('div', { class: 'trend-tools' }, toggle, createSaveMenu(title, `${titleId}-save`, save));
  const whenDrawn = [summary, drawing, table.element, tools];

  function showTable() {
    const visible = actions.showsTable(key);
    setAttribute(toggle, 'aria-pressed', String(visible));
    if (visible && shown !== null) table.show(shown.content.table);
    table.setVisible(visible);
  }

  function save(format: SaveFormat) {
    if (shown === null) return;
    const { content, palette } = shown;
    const stroke = lineColor(palette, key);
    const caption = { title, summary: `${content.value}   ${content.source}`, legend: content.legend, stroke };
    actions.save(
      title,
      format,
      format === 'csv' ? tableCsv(content.table.newest(Number.POSITIVE_INFINITY)) : pictureOf(canvas, caption, palette),
    );
  }

  const card: ChartCard = {
    element: element(
      'section',
      { class: 'trend', 'data-trend': kind, 'aria-labelledby': titleId },
      element('div', { class: 'trend-head' }, element('h2', { class: 'trend-title', id: titleId }, title), tools),
      summary,
      legend,
      drawing,
      empty,
      table.element,
    ),
    canvas,
    show: (content, palette) => {
      shown = { content, palette };
      for (const part of whenDrawn) setAttribute(part, 'hidden', false);
      setAttribute(empty, 'hidden', true);
      setText(value, content.value);
      setText(source, content.source);
      showLegend(legend, content.legend);
      if (actions.showsTable(key) || content.table.total <= shortTable) table.show(content.table);
      // Who cannot see the chart reads a table slowly: a long one need not change with each event.
      else actions.later(card, () => shown !== null && table.show(shown.content.table));
    },
    showEmpty: (why) => {
      shown = null;
      for (const part of whenDrawn) setAttribute(part, 'hidden', true);
      showLegend(legend, []);
      setAttribute(empty, 'hidden', false);
      setText(empty, why);
    },
  };
  return card;
}
