/** What the panel's host side does with rows, and what has to come out of it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detailOf } from '../../src/panel/content.ts';
import { Differences } from '../../src/panel/differences/differences.ts';
import { writeExport } from '../../src/panel/export/exportFile.ts';
import { allRows } from '../../src/panel/export/exportRows.ts';
import type { ToldCheckpoints } from '../../src/panel/protocol/trends.ts';
import type { ColumnKey, ViewState } from '../../src/panel/protocol/view.ts';
import { SampleView } from '../../src/panel/sampleView.ts';
import { TableView } from '../../src/panel/tableView.ts';
import { TrendsView } from '../../src/panel/trendsView.ts';
import type { PredictionStore } from '../../src/store/predictionStore.ts';
import { checkTable, columnsOf } from '../../src/tables/checkedTable.ts';
import { recognise } from '../../src/tables/columns.ts';
import { ImportError } from '../../src/tables/tableError.ts';
import { openTable } from '../../src/tables/tableFile.ts';
import { numberFields } from '../../src/wire/prediction.ts';
import { parseCsv } from '../support/csv.ts';

/** As a panel begins. */
const plainAnswers = { superseded: false, finalAnswerOnly: true, openAnswers: [], sampleSearch: '' };

const columns: readonly ColumnKey[] = [
  ...(['epoch', 'step', 'sample', 'prompt', 'groundTruth', 'prediction'] as const),
  ...(['charErrorRate', 'exactMatch', 'validation'] as const),
];
const view: ViewState = {
  ...{
    tab: 'predictions',
    epoch: null,
    offset: 0,
    pageSize: 50,
    fit: false,
    hold: false,
    expanded: [],
    sample: null,
    search: '',
  },
  ...{
    invalidOnly: false,
    regressedOnly: false,
    sort: null,
    hiddenColumns: [],
    emptyColumns: [],
    wrap: false,
    compareWith: 'previous',
  },
  ...{ compareJson: 'keys', textForm: 'raw' },
  ...{ answers: 200, overlay: null, step: null, source: null, conditions: [], columnOrder: [] },
  ...{ trendScores: null, trendMetrics: null, trendAxis: null, trendBand: null, smoothing: 0, logScale: false },
  ...{ group: false, superseded: true, finalAnswerOnly: true, openAnswers: [], sampleSearch: '' },
};

/** Shows the rows of a store in every way that a panel can. */
export function showAll(store: PredictionStore): void {
  const states: Partial<ViewState>[] = [
    {},
    ...columns.flatMap((column) => [true, false].map((descending) => ({ sort: { column, descending } }))),
    ...['a', '\0', '\ud800', '(['].map((search) => ({ search })),
    { invalidOnly: true },
    { regressedOnly: true },
    { superseded: false },
    ...[true, false].map((superseded) => ({ group: true, superseded, search: 'a' })),
    { group: true, superseded: true, sort: { column: 'charErrorRate', descending: true } },
    ...store.epochs().map(({ epoch }) => ({ epoch })),
  ];
  for (const state of states) {
    const table = new TableView(store, { ...view, ...state });
    for (let offset = 0; offset < store.size; offset += 50) {
      table.show({ ...view, ...state, offset }, null);
      while (table.work()) {}
      JSON.stringify(table.message());
    }
    if (Object.keys(state).every((name) => name === 'sort')) assert.equal(table.page().total, store.size);
  }
  const differences = new Differences(
    join(import.meta.dirname, '../../src/panel/differences/differenceWorker.ts'),
    () => {},
  );
  const samples = new SampleView(store, differences);
  for (const { key } of store.samples()) {
    const message = samples.message({
      sample: key,
      source: null,
      compareWith: 'previous',
      answers: 1000,
      ...plainAnswers,
    });
    const answers = message.history.reduce((sum, { group }) => sum + (group?.completions ?? 1), 0);
    assert.equal(answers, store.answerCount(key));
  }
  const { points } = JSON.parse(new TrendsView(store).message([], null).checkpoints) as ToldCheckpoints;
  const counted = points.reduce((sum, [, , , , predictions]) => sum + predictions, 0);
  assert.equal(counted, store.size, 'rows in the trends');
  for (const row of store.page(null, 0, store.size)) JSON.stringify(detailOf(row, differences));
  differences.dispose();
}

type Fields = Map<string, string>;

/** Each field's value in one form, numbers by their value: `1.0` is `1`, and `1e400` no other number than itself. */
export function fieldsOf(row: string): Fields {
  const parse = JSON.parse as (
    text: string,
    reviver: (name: string, value: unknown, context: { source: string }) => unknown,
  ) => object;
  const parsed = parse(row, (name, value, { source }) => {
    if (typeof value !== 'number') return value;
    // A number of the contract is a double; `-0` is written without its sign, and what is too large is none.
    if (numberFields.has(name) && !Number.isFinite(value)) return null;
    return `number ${numberOf(numberFields.has(name) ? String(value) : source)}`;
  });
  return new Map(Object.entries(parsed).map(([name, value]) => [name, JSON.stringify(value)]));
}

/** A decimal's sign, digits and exponent. Up to seventeen digits are those of the double that is nearest. */
function numberOf(source: string): string {
  const value = Number(source);
  const own = decimalOf(source);
  const isDouble = own.digits.length <= 17 && Number.isFinite(value) && (value !== 0 || own.digits === '');
  const { sign, digits, exponent } = isDouble && !Object.is(value, -0) ? decimalOf(String(value)) : own;
  return `${sign}${digits}e${exponent}`;
}

function decimalOf(text: string): { sign: string; digits: string; exponent: number } {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + all.length - digits.length;
  return { sign, digits, exponent: digits === '' ? 0 : power };
}

/**
 * Exports a store, holds the JSON Lines to the rows that were sent, and imports both forms again.
 *
 * @param sent each row's text, by the id that it is held under
 * @param own names of fields that the server set or changed
 */
export async function exportAndImport(
  store: PredictionStore,
  sent: ReadonlyMap<string, string>,
  own: ReadonlySet<string>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'odd-rows-'));
  try {
    const rows = allRows(store);
    for (const format of ['jsonl', 'csv'] as const) {
      const written = await writeExport(join(folder, format), rows, format, new AbortController().signal, () => {});
      assert.equal(written, store.size);
    }
    const lines = readFileSync(join(folder, 'jsonl'), 'utf8').trimEnd().split('\n');
    assert.equal(lines.length, store.size);
    const exported = lines.map(fieldsOf);
    for (const fields of exported) {
      const id = String(JSON.parse(fields.get('id') ?? ''));
      for (const [name, value] of fieldsOf(sent.get(id) ?? '{}')) {
        // A text that is null is made of its form, and a fraction of an epoch is filed under the epoch.
        const isMade = value === 'null' || (name === 'epoch' && fields.has('epoch_exact'));
        if (!own.has(name) && !(isMade && ['prompt', 'prediction', 'epoch'].includes(name)))
          assert.equal(fields.get(name), value, `${JSON.stringify(name).slice(0, 60)} of ${id}`);
      }
    }
    assert.equal(parseCsv(readFileSync(join(folder, 'csv'), 'utf8')).length, store.size + 1);

    const again = (await imported(join(folder, 'jsonl'))).map(fieldsOf);
    assert.equal(again.length, store.size);
    for (const [index, fields] of again.entries()) {
      for (const [name, value] of exported[index] ?? []) {
        if (!['job_id', 'user_id', 'seq'].includes(name)) assert.equal(fields.get(name), value, `${name} again`);
      }
    }
    // A name that is another's but for the space around it cannot be a column of its own.
    const fromCsv = await imported(join(folder, 'csv')).catch((error: unknown) => {
      if (error instanceof ImportError && /two columns have this name/.test(error.message)) return undefined;
      throw error;
    });
    if (fromCsv !== undefined) assert.equal(fromCsv.length, store.size);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The lines that would be sent of a file. */
async function imported(file: string): Promise<string[]> {
  const table = await openTable(file);
  const checked = await checkTable(table, recognise(await columnsOf(table)), () => {});
  let text = '';
  for await (const piece of checked.lines(() => {})) text += piece;
  return text.trimEnd().split('\n');
}
