import assert from 'node:assert/strict';
import { initialView } from '../../../src/panel/initialView.ts';
import { cellCharacters } from '../../../src/panel/protocol/texts.ts';
import { TableView } from '../../../src/panel/tableView.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import { aPrediction } from '../../support/predictions.ts';

const first = initialView(2);

function filled(rows: number): PredictionStore {
  const store = new PredictionStore();
  for (let sample = 0; sample < rows; sample += 1) store.add(aPrediction({ sample_index: sample }));
  return store;
}

const ids = (view: TableView): string[] => view.page().rows.map(({ id }) => id);

describe('TableView', () => {
  it('shows new rows at once on a live page', () => {
    const store = filled(2);
    const view = new TableView(store, first);
    store.add(aPrediction({ epoch: 1 }));
    const page = view.page();
    assert.deepEqual([page.rows[0]?.epoch, page.total, page.newRows], [1, 3, 0]);
  });

  it('keeps a held page as it is, counts what waits, and shows it when asked', () => {
    const store = filled(4);
    const view = new TableView(store, first);
    const before = ids(view);
    view.show({ ...first, hold: true }, view.page().version);
    for (let sample = 0; sample < 12; sample += 1) store.add(aPrediction({ epoch: 1, sample_index: sample }));
    assert.deepEqual(ids(view), before);
    assert.deepEqual([view.page().total, view.page().newRows], [4, 12]);
    view.showNew();
    assert.deepEqual([view.page().total, view.page().newRows, view.page().rows[0]?.epoch], [16, 0, 1]);
  });

  it('holds the page that is on the screen, though newer rows came meanwhile', () => {
    const store = filled(2);
    const view = new TableView(store, first);
    const { version, rows } = view.page();
    store.add(aPrediction({ epoch: 1 }));
    view.show({ ...first, hold: true }, version);
    assert.deepEqual(view.page().rows, rows);
    assert.equal(view.page().newRows, 1);
  });

  it('turns pages of a held table without letting new rows in', () => {
    const store = filled(4);
    const view = new TableView(store, first);
    view.show({ ...first, hold: true, offset: 2 }, view.page().version);
    store.add(aPrediction({ epoch: 1 }));
    view.show({ ...first, hold: true, offset: 0 }, view.page().version);
    assert.deepEqual(ids(view), ['0-0-3', '0-0-2']);
  });

  it('counts as new only what the filter shows', () => {
    const store = filled(1);
    const view = new TableView(store, first);
    view.show({ ...first, epoch: 0, hold: true }, view.page().version);
    store.add(aPrediction({ epoch: 1 }));
    store.add(aPrediction({ sample_index: 7 }));
    assert.equal(view.page().newRows, 1);
  });

  it('shows the last page when the asked one is beyond it', () => {
    const view = new TableView(filled(3), { ...first, offset: 100 });
    assert.equal(view.page().offset, 2);
    assert.equal(new TableView(filled(0), { ...first, offset: 100 }).page().offset, 0);
  });

  it('holds nothing of a job that was made again', () => {
    const store = filled(3);
    const view = new TableView(store, first);
    view.show({ ...first, hold: true }, view.page().version);
    store.clear();
    assert.deepEqual([view.page().total, view.page().newRows, ids(view)], [0, 0, []]);
  });

  it('finds text in prompt, truth and prediction, whatever its case, and as text, not as a pattern', () => {
    const store = new PredictionStore();
    store.add(aPrediction({ sample_index: 0, prompt: 'What (a) NAME?' }));
    store.add(aPrediction({ sample_index: 1, ground_truth: 'a name' }));
    store.add(aPrediction({ sample_index: 2, prediction: 'Name' }));
    store.add(aPrediction({ sample_index: 3 }));
    const view = new TableView(store, { ...first, search: 'name', pageSize: 10 });
    assert.deepEqual(ids(view), ['0-0-2', '0-0-1', '0-0-0']);
    view.show({ ...first, search: '(A) n' }, null);
    assert.deepEqual(ids(view), ['0-0-0']);
    view.show({ ...first, search: '.*' }, null);
    assert.deepEqual([ids(view), view.page().total, view.page().searching], [[], 0, false]);
  });

  it('filters invalid and regressed samples, also when an older answer comes late', () => {
    const store = new PredictionStore();
    store.add(aPrediction({ epoch: 1, char_error_rate: 0.5, validation_pass: false }));
    store.add(aPrediction({ epoch: 2, char_error_rate: 0.4 }));
    store.add(aPrediction({ epoch: 4, char_error_rate: 0.3 }));
    const invalid = new TableView(store, { ...first, invalidOnly: true });
    assert.deepEqual(ids(invalid), ['1-0-0']);
    const regressed = new TableView(store, { ...first, regressedOnly: true });
    assert.deepEqual(ids(regressed), []);
    store.add(aPrediction({ epoch: 3, char_error_rate: 0.1 }));
    assert.deepEqual(ids(regressed), ['4-0-0']);
    assert.deepEqual(regressed.page().rows[0]?.mark, 'worse');
    assert.deepEqual(
      store.changes().map(({ improved, regressed: worse, unchanged }) => [improved, worse, unchanged]),
      [
        [0, 0, 0],
        [1, 0, 0],
        [1, 0, 0],
        [0, 1, 0],
      ],
    );
  });

  it('sorts by a column, rows without a value last either way, and takes new rows in their place', () => {
    const store = new PredictionStore();
    for (const [sample, rate] of [0.2, null, 0.9, 0.5].entries()) {
      store.add(aPrediction({ sample_index: sample, char_error_rate: rate }));
    }
    const view = new TableView(store, { ...first, sort: { column: 'charErrorRate', descending: true }, pageSize: 9 });
    assert.deepEqual(ids(view), ['0-0-2', '0-0-3', '0-0-0', '0-0-1']);
    store.add(aPrediction({ sample_index: 4, char_error_rate: 0.7 }));
    assert.deepEqual(ids(view), ['0-0-2', '0-0-4', '0-0-3', '0-0-0', '0-0-1']);
    view.show({ ...first, sort: { column: 'charErrorRate', descending: false }, pageSize: 9 }, null);
    assert.deepEqual(ids(view), ['0-0-0', '0-0-3', '0-0-4', '0-0-2', '0-0-1']);
  });

  it('holds a sorted table and counts what waits', () => {
    const store = filled(4);
    const sorted = { ...first, sort: { column: 'sample', descending: false } as const };
    const view = new TableView(store, first);
    view.show({ ...sorted, hold: true }, view.page().version);
    assert.deepEqual([view.page().total, view.page().newRows], [4, 0]);
    store.add(aPrediction({ sample_index: 0, epoch: 5 }));
    assert.deepEqual([view.page().total, view.page().newRows, ids(view)], [4, 1, ['0-0-0', '0-0-1']]);
    view.showNew();
    assert.deepEqual([view.page().total, view.page().newRows, ids(view)], [5, 0, ['5-0-0', '0-0-0']]);
  });

  it('tells of all epochs once, then of those alone that changed, and of all again in another life', () => {
    const store = filled(2);
    const view = new TableView(store, first);
    const told = () => {
      const { epochs, allEpochs, stored } = view.page();
      return { epochs: epochs.map(({ epoch, prediction_count }) => [epoch, prediction_count]), allEpochs, stored };
    };
    store.add(aPrediction({ epoch: 1 }));
    assert.deepEqual(told(), {
      epochs: [
        [1, 1],
        [0, 2],
      ],
      allEpochs: true,
      stored: 3,
    });
    assert.deepEqual(told(), { epochs: [], allEpochs: false, stored: 3 });
    store.add(aPrediction({ epoch: 1, sample_index: 1 }));
    store.add(aPrediction({ epoch: 2 }));
    assert.deepEqual(told(), {
      epochs: [
        [2, 1],
        [1, 2],
      ],
      allEpochs: false,
      stored: 5,
    });
    view.forgetReader();
    assert.equal(told().epochs.length, 3);
    store.clear();
    store.add(aPrediction());
    assert.deepEqual(told(), { epochs: [[0, 1]], allEpochs: true, stored: 1 });
  });

  it('tells of checkpoints once an epoch has several, of all at first and then of those that changed', () => {
    const store = filled(2);
    const view = new TableView(store, first);
    const told = () => {
      const { checkpoints, allCheckpoints } = view.page();
      return [checkpoints.map(({ epoch, step, predictions }) => [epoch, step, predictions]), allCheckpoints];
    };
    assert.deepEqual(told(), [[], true]);
    store.add(aPrediction({ epoch: 1, step: 5 }));
    assert.deepEqual(told(), [[], true]);
    store.add(aPrediction({ epoch: 1, step: 9 }));
    const all = [
      [1, 9, 1],
      [1, 5, 1],
      [0, 0, 2],
    ];
    assert.deepEqual(told(), [all, true]);
    assert.deepEqual(told(), [[], false]);
    store.add(aPrediction({ epoch: 1, step: 5, sample_index: 1 }));
    assert.deepEqual(told(), [[[1, 5, 2]], false]);
    view.forgetReader();
    assert.equal(told()[1], true);
    store.clear();
    store.add(aPrediction());
    assert.deepEqual(told(), [[], true]);
  });

  it('shows a whole epoch that was chosen also when its second step comes', () => {
    const store = filled(1);
    const view = new TableView(store, { ...first, epoch: 0 });
    store.add(aPrediction({ step: 7 }));
    assert.deepEqual(ids(view), ['0-7-0', '0-0-0']);
    view.show({ ...first, epoch: 0, step: 7 }, null);
    assert.deepEqual(ids(view), ['0-7-0']);
  });

  it('tells of the values of the columns that are shown alone', () => {
    const store = new PredictionStore();
    const names = Array.from({ length: 9 }, (_, n) => `s${n}`);
    store.add(aPrediction({ word_overlap: 0.5, scores: Object.fromEntries(names.map((name, n) => [name, n])) }));
    store.add(aPrediction({ step: 1, scores: { s1: null, s2: 0.25, s8: 4 } }));
    const view = new TableView(store, first);
    const told = () => view.page().rows.map(({ scores }) => scores);
    assert.deepEqual(told(), [[['s2', 0.25]], names.slice(0, 6).map((name, n) => [name, n])]);
    const columnOrder = ['score:s8', 'score:word_overlap', 'score:s2'] as const;
    const others = names.flatMap((name) => (/[28]/.test(name) ? [] : [`score:${name}` as const]));
    view.show({ ...first, columnOrder: [...columnOrder, ...others], hiddenColumns: [...others] }, null);
    const newest = [
      ['s8', 4],
      ['s2', 0.25],
    ];
    const oldest = [
      ['s8', 8],
      ['word_overlap', 0.5],
      ['s2', 2],
    ];
    assert.deepEqual(told(), [newest, oldest]);
  });

  it('tells a row again when its mark or one of its scores is another, and by its id else', () => {
    const store = new PredictionStore();
    store.add(aPrediction({ step: 0, scores: { reward: 0, kl: 0 } }));
    store.add(aPrediction({ step: 1, scores: { reward: 1, kl: 1 } }));
    const view = new TableView(store, first);
    const marks = () => view.message().rows.map((row) => (typeof row === 'string' ? row : row.mark));
    assert.deepEqual(marks(), ['better', null]);
    assert.deepEqual(marks(), ['0-1-0', '0-0-0']);
    store.judgeBy(store.scoreSettings, 'kl');
    assert.deepEqual(marks(), ['worse', '0-0-0']);
    view.show({ ...first, hiddenColumns: ['score:kl'], columnOrder: ['score:reward', 'score:kl'] }, null);
    assert.deepEqual(marks(), ['worse', null], 'other columns');
  });

  it('calls a sample by its smallest index and knows its key and source', () => {
    const store = new PredictionStore();
    for (const step of [1, 2]) {
      store.add(aPrediction({ step, prompt_id: 'p', sample_index: 9 - step, sample_source: 'val' }));
    }
    const told = new TableView(store, first)
      .page()
      .rows.map(({ sample, sampleIndex, source }) => [sample, sampleIndex, source]);
    assert.deepEqual(told, [
      [store.sampleKey(0), 7, 'val'],
      [store.sampleKey(0), 7, 'val'],
    ]);
  });

  it('cuts long texts for the cell', () => {
    const store = new PredictionStore();
    store.add(aPrediction({ prediction: 'x'.repeat(5_000_000) }));
    assert.equal(new TableView(store, first).page().rows[0]?.prediction.length, cellCharacters);
  });
});
