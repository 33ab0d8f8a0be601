import assert from 'node:assert/strict';
import type { Row } from '../../../src/panel/protocol/table.ts';
import type { PanelStatus } from '../../../webview/panelStatus.ts';
import {
  allEpochsText,
  checkpointText,
  epochText,
  filtersText,
  lastOffset,
  newRowsText,
  nextPage,
  type Page,
  pageAbsence,
  pageNumberText,
  pageSizes,
  rangeText,
  shortSearch,
} from '../../../webview/predictions/pageTexts.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';
import { noFilters } from '../../../webview/viewState.ts';

const formats = formatsFor('en');
/** ms after which a search shows what it found so far. */
const long = shortSearch;
const live: PanelStatus = { label: 'Live', loading: false, settled: true };

const epochOf = (epoch: number, count: number) => ({ epoch, prediction_count: count, latest_step: 0 });

function page(offset: number, rows: number, total: number): Page {
  const row = (index: number): Row => ({
    id: String(offset + index),
    epoch: 1,
    step: 1,
    sample: index,
    sampleIndex: index,
    source: '',
    prompt: '',
    groundTruth: null,
    prediction: '',
    reasoning: null,
    charErrorRate: null,
    exactMatch: null,
    validationPass: null,
    group: null,
    superseded: null,
    scores: [],
    mark: null,
  });
  return {
    version: total,
    held: false,
    offset,
    rows: Array.from({ length: rows }, (_, index) => row(index)),
    total,
    newRows: 0,
    epochs: [],
    allEpochs: true,
    checkpoints: [],
    allCheckpoints: true,
    stored: 100,
    searching: false,
    grouped: false,
  };
}

describe('the texts of a page', () => {
  it('say which rows are shown, of how many', () => {
    assert.equal(rangeText(page(0, 10, 520), formats), 'Showing 1–10 of 520');
    assert.equal(rangeText(page(510, 10, 520), formats), 'Showing 511–520 of 520');
    assert.equal(rangeText(page(1000, 3, 1003), formats), 'Showing 1,001–1,003 of 1,003');
    assert.equal(rangeText(page(0, 0, 0), formats), 'Showing 0 of 0');
    assert.equal(rangeText({ ...page(0, 10, 37), searching: true }, formats), 'Showing 1–10 of 37 so far');
  });

  it('say which page it is, of how many', () => {
    assert.equal(pageNumberText(page(0, 10, 520), 10, formats), '1 / 52');
    assert.equal(pageNumberText(page(520, 1, 521), 10, formats), '53 / 53');
    assert.equal(pageNumberText(page(0, 0, 0), 10, formats), '1 / 1');
  });

  it('say how many rows wait', () => {
    assert.equal(newRowsText(12, formats), '12 new');
    assert.equal(newRowsText(0, formats), null);
  });
});

describe('the pages', () => {
  it('end where the rows end', () => {
    assert.deepEqual(
      [0, 1, 10, 11, 520].map((total) => lastOffset(total, 10)),
      [0, 0, 0, 10, 510],
    );
  });

  it('offer a page size of the settings among the usual ones', () => {
    assert.deepEqual(pageSizes(14), [10, 14, 25, 50, 100]);
    assert.deepEqual(pageSizes(10), [10, 25, 50, 100]);
  });

  it('can be filtered to an epoch, each with its count', () => {
    const epochs = [epochOf(1, 7), epochOf(0, 1050)];
    assert.equal(allEpochsText(1057, formats), 'All (1,057)');
    assert.deepEqual(
      epochs.map((epoch) => epochText(epoch, formats)),
      ['1 (7)', '0 (1,050)'],
    );
  });
});

describe('what stands in for the table', () => {
  it('is nothing where there are rows', () => {
    assert.equal(pageAbsence(page(0, 1, 1), noFilters, live, formats), null);
  });

  it('says which filters hide all there is, and leads out of them', () => {
    const filtered = { ...page(0, 0, 0), epochs: [{ epoch: 1, prediction_count: 5 }] };
    const filters = { ...noFilters, epoch: 3, search: 'Leeds', invalidOnly: true, regressedOnly: true };
    const absence = pageAbsence(filtered, filters, live, formats);
    assert.deepEqual(
      [absence?.text, absence?.action],
      ['No predictions match the filters: epoch 3, “Leeds”, regressed only, invalid only.', 'Clear filters'],
    );
    assert.equal(pageAbsence(filtered, noFilters, live, formats)?.busy, true, 'rows of a filter that was cleared');
  });

  it('is a search that still goes on', () => {
    const searching = { ...page(0, 0, 0), searching: true };
    assert.equal(pageAbsence(searching, { ...noFilters, search: 'x' }, live, formats)?.text, 'Searching…');
  });

  it('waits with a sign only while something is on its way', () => {
    const busy = (status: Partial<PanelStatus>, shown: Page | null = page(0, 0, 0)) =>
      pageAbsence(shown, noFilters, { ...live, ...status }, formats)?.busy;
    assert.equal(busy({ loading: true }), true);
    assert.equal(busy({ label: 'Connecting' }), true);
    assert.equal(busy({}, null), true);
    assert.equal(busy({}, page(20, 0, 5)), true);
    assert.equal(busy({}), false);
    for (const label of ['Sign in', 'Deleted', 'Reconnecting', 'Offline', 'Paused'] as const) {
      assert.equal(busy({ label, loading: true }, null), false, label);
    }
  });

  it('tells an ended job from one that has not begun', () => {
    const empty = page(0, 0, 0);
    assert.match(pageAbsence(empty, noFilters, { ...live, label: 'Finished' }, formats)?.text ?? '', /ended without/);
    assert.match(pageAbsence(empty, noFilters, live, formats)?.text ?? '', /as soon as/);
  });
});

describe('a page that arrives', () => {
  it('takes the place of the one before', () => {
    const arrived = page(10, 10, 20);
    assert.equal(nextPage(page(0, 10, 20), arrived, 0), arrived);
  });

  it('leaves the rows on the screen while its search has found nothing so far', () => {
    const shown = page(0, 10, 20);
    assert.deepEqual(nextPage(shown, { ...page(0, 0, 0), searching: true }, long), { ...shown, searching: true });
    assert.equal(nextPage(shown, { ...page(0, 2, 2), searching: true }, long).rows.length, 2);
    assert.equal(nextPage(shown, page(0, 0, 0), long).rows.length, 0);
    assert.equal(nextPage(null, { ...page(0, 0, 0), searching: true }, 0).rows.length, 0);
  });

  it('leaves the rows on the screen while a search that may be over soon goes on', () => {
    const shown = page(0, 10, 20);
    const found = { ...page(0, 2, 2), searching: true };
    assert.deepEqual(nextPage(shown, found, long - 1), shown);
    assert.equal(nextPage(shown, found, long).rows.length, 2);
    assert.equal(nextPage(page(0, 0, 0), found, 0).rows.length, 2);
  });
});

describe('the filters in words', () => {
  it('are none when nothing is filtered', () => {
    assert.equal(filtersText(noFilters, formats), null);
    assert.equal(filtersText({ ...noFilters, epoch: 0 }, formats), 'epoch 0');
  });
});

describe('the second edition’s filters in words', () => {
  const scores = [
    { name: 'judge', label: 'Judge’s mark', direction: 'higher' as const },
    { name: 'a\u202eb', label: null, direction: 'higher' as const },
  ];

  it('name checkpoint, source and what scores have to be', () => {
    const filters = {
      ...noFilters,
      epoch: 1,
      step: 1200,
      source: 'val',
      conditions: [
        { score: 'judge', comparison: '≥' as const, value: 0.05 },
        { score: 'char_error_rate', comparison: 'none' as const },
        { score: 'a\u202eb', comparison: '=' as const, value: -1e-7 },
      ],
    };
    assert.equal(
      filtersText(filters, formats, scores),
      'step 1,200, source val, Judge’s mark ≥ 0.05, CER is none, a⟨U+202E⟩b = -1e-7',
    );
    assert.equal(filtersText({ ...noFilters, source: '' }, formats), 'source none');
  });

  it('call a checkpoint by its step, with its count', () => {
    assert.equal(checkpointText({ step: 1200, predictions: 48 }, formats), 'Step 1,200 (48)');
  });
});

describe('the checkpoints of a page', () => {
  it('are those of the pages before with what changed since', () => {
    const checkpoint = (step: number, predictions: number) => ({ epoch: 1, step, predictions });
    const first = nextPage(null, { ...page(0, 1, 2), checkpoints: [checkpoint(20, 1), checkpoint(10, 1)] }, 0);
    const more = { checkpoints: [checkpoint(30, 1), checkpoint(10, 2)], allEpochs: false, allCheckpoints: false };
    const second = nextPage(first, { ...page(0, 1, 4), ...more }, 0);
    assert.deepEqual(second.checkpoints, [checkpoint(30, 1), checkpoint(20, 1), checkpoint(10, 2)]);
    assert.deepEqual(nextPage(second, page(0, 1, 1), 0).checkpoints, []);
  });
});

describe('the epochs of a page', () => {
  it('are those of the pages before with what changed since, and others only where all are told', () => {
    const first = nextPage(null, { ...page(0, 1, 2), epochs: [epochOf(2, 1), epochOf(1, 1)] }, 0);
    const second = nextPage(first, { ...page(0, 1, 4), epochs: [epochOf(3, 1), epochOf(2, 2)], allEpochs: false }, 0);
    assert.deepEqual(second.epochs, [epochOf(3, 1), epochOf(2, 2), epochOf(1, 1)]);
    const searching = nextPage(
      second,
      {
        ...page(0, 0, 0),
        searching: true,
        stored: 8,
        epochs: [epochOf(1, 5)],
        allEpochs: false,
      },
      long,
    );
    assert.deepEqual(searching.epochs, [epochOf(3, 1), epochOf(2, 2), epochOf(1, 5)]);
    assert.equal(searching.stored, 8);
    assert.deepEqual(nextPage(searching, { ...page(0, 1, 1), epochs: [epochOf(0, 1)] }, 0).epochs, [epochOf(0, 1)]);
  });
});
