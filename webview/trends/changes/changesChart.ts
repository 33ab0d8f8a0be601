import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  type ChartDataset,
  LinearScale,
  Tooltip,
} from 'chart.js';
import type { Checkpoint } from '../../../src/model/checkpoints.ts';
import type { CheckpointChanges } from '../../../src/model/marks.ts';
import type { Formats } from '../../texts/formats.ts';
import { pointAt, sharedOptions } from '../chartLook.ts';
import type { Palette } from '../palette.ts';
import { checkpointName } from '../series.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

type Bars = ChartDataset<'bar', number[]>;

/** Bars of the checkpoints: improved samples above the line, regressed ones below it, unchanged ones as outlines on top. */
export interface ChangesChart {
  /** Updates in place, without animation. */
  show(changes: readonly CheckpointChanges[]): void;
  destroy(): void;
}

/** @param describe what a checkpoint says when it is pointed at, line by line */
export function createChangesChart(
  canvas: HTMLCanvasElement,
  byEpoch: boolean,
  palette: Palette,
  formats: Formats,
  describe: (changes: CheckpointChanges) => string[],
  choose: (at: Checkpoint) => void,
): ChangesChart {
  const shared = sharedOptions(palette);
  let shown: readonly CheckpointChanges[] = [];

  const look = { stack: 'samples', maxBarThickness: 32, categoryPercentage: 0.9 };
  const improved: Bars = { ...look, data: [], backgroundColor: palette.lines.exact };
  const regressed: Bars = { ...look, data: [], backgroundColor: palette.lines.cer };
  const unchanged: Bars = {
    ...look,
    data: [],
    backgroundColor: 'transparent',
    borderColor: palette.text,
    borderWidth: 1,
    borderSkipped: false,
  };

  const config: ChartConfiguration<'bar', number[]> = {
    type: 'bar',
    data: { labels: [], datasets: [improved, unchanged, regressed] },
    options: {
      ...shared.options,
      interaction: { mode: 'index', intersect: false },
      onHover: (_event, active) => pointAt(canvas, active.length > 0),
      onClick: (_event, [active]) => {
        const at = shown[active?.index ?? -1];
        if (at !== undefined) choose(at);
      },
      scales: {
        x: {
          ...shared.axis,
          type: 'category',
          title: { ...shared.title, text: byEpoch ? 'Epoch' : 'Step' },
          ticks: { ...shared.ticks, maxRotation: 0 },
        },
        y: {
          ...shared.axis,
          type: 'linear',
          ticks: {
            ...shared.ticks,
            precision: 0,
            // All of them are there, the line between the two sides among them.
            autoSkip: false,
            maxTicksLimit: 7,
            // Below the line are counts as well.
            callback: (value) => formats.count(Math.abs(Number(value))),
          },
        },
      },
      plugins: {
        tooltip: {
          ...shared.tooltip,
          callbacks: {
            title: ([item]) => {
              const at = shown[item?.dataIndex ?? -1];
              const name = at === undefined ? '' : checkpointName(at, byEpoch, formats);
              return name.charAt(0).toUpperCase() + name.slice(1);
            },
            label: ({ dataIndex }) => {
              const changes = shown[dataIndex];
              return changes === undefined ? '' : describe(changes);
            },
          },
        },
      },
    },
  };
  let chart: Chart<'bar', number[]> | null = null;

  return {
    show: (changes) => {
      shown = changes;
      config.data.labels = changes.map(({ epoch, step }) => formats.count(byEpoch ? epoch : step));
      improved.data = changes.map((epoch) => epoch.improved);
      unchanged.data = changes.map((epoch) => epoch.unchanged);
      regressed.data = changes.map((epoch) => -epoch.regressed);
      // What is made with its data is laid out once.
      if (chart === null) chart = new Chart(canvas, config);
      else chart.update('none');
    },
    destroy: () => chart?.destroy(),
  };
}
