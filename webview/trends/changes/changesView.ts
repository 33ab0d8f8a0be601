import type { CheckpointChanges } from '../../../src/model/marks.ts';
import type { ChartPoint } from '../../../src/panel/protocol/trends.ts';
import type { Formats } from '../../texts/formats.ts';
import { type CardActions, createChartCard } from '../chartCard.ts';
import { changesTable } from '../chartTable.ts';
import type { Palette } from '../palette.ts';
import { holdsSame } from '../remembered.ts';
import { checkpointName, samplesText } from '../series.ts';
import type { Sight } from '../sight.ts';
import {
  changeKinds,
  changesLegend,
  changesNote,
  changesTitle,
  changeText,
  lastChanges,
  mostBars,
  newestBarsText,
  whyNoChanges,
} from './changes.ts';
import { type ChangesChart, createChangesChart } from './changesChart.ts';

export interface ChangesContent {
  /** Empty where no score says which answer is better. */
  changes: readonly CheckpointChanges[];
  points: readonly ChartPoint[];
  byEpoch: boolean;
  /** Of the deciding score. */
  words: string;
  isRated: boolean;
  palette: Palette;
}

export interface ChangesView {
  readonly element: HTMLElement;
  /** What to draw once the sight runs; makes the chart where there is none yet. */
  show(content: ChangesContent): void;
  /** Lets go of the chart. */
  clear(): void;
}

/** How many samples got better or worse from checkpoint to checkpoint. */
export function createChangesView(formats: Formats, actions: CardActions, sight: Sight): ChangesView {
  const card = createChartCard('changes', changesTitle, formats, actions);
  let chart: ChangesChart | null = null;
  let wanted: ChangesContent | null = null;
  /** What the chart draws. */
  let drawn: ChangesContent | null = null;
  const ask = sight.watch(card.element, draw);

  const counted = (changes: CheckpointChanges) => changeKinds.map((kind) => changeText(kind, changes, formats));

  function describe(changes: CheckpointChanges): string[] {
    const { points, byEpoch } = drawn ?? { points: [], byEpoch: true };
    const there = points.filter(({ epoch, step }) => epoch === changes.epoch && step === changes.step);
    const beside = byEpoch ? `step ${formats.count(changes.step)}` : `epoch ${formats.count(changes.epoch)}`;
    return [...counted(changes), beside, ...(there.length === 0 ? [] : [samplesText(there, formats)])];
  }

  function clear() {
    chart?.destroy();
    chart = null;
    drawn = null;
  }

  function draw() {
    if (wanted === null || holdsSame(drawn, wanted)) return undefined;
    const { changes, byEpoch, words, isRated, palette } = wanted;
    const last = lastChanges(changes);
    if (last === undefined) {
      card.showEmpty(whyNoChanges(isRated, byEpoch));
      clear();
      drawn = wanted;
      return undefined;
    }
    const source = [
      checkpointName(last, byEpoch, formats),
      changesNote(byEpoch, words),
      ...newestBarsText(changes.length, byEpoch, formats),
    ];
    const table = {
      total: changes.length,
      newest: (count: number) => changesTable(changes.slice(-count), byEpoch, formats),
    };
    card.show({ value: counted(last).join('  '), source: source.join(' · '), legend: changesLegend, table }, palette);
    if (drawn?.byEpoch !== byEpoch || drawn.palette !== palette) clear();
    drawn = wanted;
    return () => {
      chart ??= createChangesChart(card.canvas, byEpoch, palette, formats, describe, actions.choose);
      chart.show(changes.slice(-mostBars));
    };
  }

  return {
    element: card.element,
    show: (content) => {
      wanted = content;
      ask();
    },
    clear,
  };
}
