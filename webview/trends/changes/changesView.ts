import type { CheckpointChanges } from '../../../src/model/marks.ts';
import type { TrendPoint } from '../../../src/wire/trends.ts';
import type { Formats } from '../../texts/formats.ts';
import { type CardActions, createChartCard } from '../chartCard.ts';
import { changesTable } from '../chartTable.ts';
import type { Palette } from '../palette.ts';
import { samplesText } from '../series.ts';
import {
  changeKinds,
  changesNote,
  changesTitle,
  changeText,
  lastChanges,
  mostBars,
  newestBarsText,
  whyNoChanges,
} from './changes.ts';
import { type ChangesChart, createChangesChart } from './changesChart.ts';

export interface ChangesView {
  readonly element: HTMLElement;
  /** Draws; makes the chart, in these colours, where there is none yet. */
  show(changes: readonly CheckpointChanges[], points: readonly TrendPoint[], palette: Palette): void;
  /** Lets go of the chart. */
  clear(): void;
}

/** How many samples got better or worse from epoch to epoch. */
export function createChangesView(formats: Formats, actions: CardActions): ChangesView {
  const card = createChartCard('changes', changesTitle, formats, actions);
  let chart: ChangesChart | null = null;
  /** What the chart draws. */
  let drawn: readonly CheckpointChanges[] | null = null;
  let epochs: readonly TrendPoint[] = [];

  const counted = (changes: CheckpointChanges) => changeKinds.map((kind) => changeText(kind, changes, formats));

  function describe(changes: CheckpointChanges): string[] {
    const point = epochs.find(({ epoch }) => epoch === changes.epoch);
    if (point === undefined) return counted(changes);
    const step = point.step === null ? [] : [`step ${formats.count(point.step)}`];
    return [...counted(changes), ...step, samplesText(point, formats)];
  }

  function clear() {
    chart?.destroy();
    chart = null;
    drawn = null;
  }

  return {
    element: card.element,
    show: (changes, points, palette) => {
      if (drawn === changes && epochs === points) return;
      epochs = points;
      const last = lastChanges(changes);
      if (last === undefined) {
        card.showEmpty(whyNoChanges(points));
        clear();
        return;
      }
      const content = {
        value: counted(last).join('  '),
        source: [`epoch ${formats.count(last.epoch)}`, changesNote, ...newestBarsText(changes.length, formats)].join(
          ' · ',
        ),
        legend: [],
        table: {
          total: changes.length,
          newest: (count: number) => changesTable(changes.slice(-count), points, formats),
        },
      };
      card.show(content, palette);
      chart ??= createChangesChart(card.canvas, palette, formats, describe, actions.choose);
      chart.show(changes.slice(-mostBars));
      drawn = changes;
    },
    clear,
  };
}
