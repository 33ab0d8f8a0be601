import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { csvRows } from '../../../src/tables/csvRows.ts';
import { jsonFault } from '../../../src/tables/json/jsonFault.ts';
import { jsonLines as readLines } from '../../../src/tables/json/jsonLines.ts';
import { jsonStream } from '../../../src/tables/json/jsonStream.ts';
import type { TableRow } from '../../../src/tables/rows.ts';
import { ImportError } from '../../../src/tables/tableError.ts';
import { importedLine } from '../../../src/wire/sentPrediction.ts';
import { jsonLines, type Row, TableStage } from '../../support/importing.ts';
import { parquetOf } from '../../support/parquet.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
/** What CSV cannot take for anything else. */
const word = text.map((end) => `w ${end.replace(/\s+$/u, '')}`);
const row = fc.record(
  {
    step: fc.nat(9),
    prompt: word,
    completion: fc.oneof(word, fc.constant('')),
    accuracy_reward: fc.oneof(
      fc.double({ noNaN: true, min: -1e12, max: 1e12 }).map((value) => value || 0.5),
      fc.constant(null),
    ),
    note: word,
    completion_index: fc.nat(3),
  },
  { noNullPrototype: true },
);
const rows = fc.array(row, { minLength: 1, maxLength: 8 });
const names = ['step', 'prompt', 'completion', 'accuracy_reward', 'note', 'completion_index'] as const;

const quoted = (cell: unknown): string => (cell === null ? '' : `"${String(cell).replaceAll('"', '""')}"`);
/** Each row's members in another order. */
const turned = (list: readonly Row[]): Row[] =>
  list.map((one, index) => {
    const entries = Object.entries(one);
    const at = index % entries.length;
    return Object.fromEntries([...entries.slice(at), ...entries.slice(0, at)].reverse());
  });

describe('the readers of tables', () => {
  let stage: TableStage;

  before(() => {
    stage = new TableStage();
  });
  after(() => stage.close());

  it('give the same rows of whatever form and order of names', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (list) => {
        // All numbers of a column of Parquet are of one kind; a column without a value is none of floats.
        const rewarded = list.some(({ accuracy_reward: reward }) => reward !== null);
        const made = rewarded ? list : list.map((one) => ({ ...one, accuracy_reward: 0.25 }));
        const columns = [...names].reverse();
        const data = made.map((one) => columns.map((name) => one[name]));
        const forms: Record<string, string | Uint8Array> = {
          lines: jsonLines(...made),
          turned: jsonLines(...turned(made)),
          packed: gzipSync(jsonLines(...made)),
          marked: `\ufeff${jsonLines(...made)}`,
          windows: jsonLines(...made).replaceAll('\n', '\r\n'),
          utf16: Buffer.from(`\ufeff${jsonLines(...made)}`, 'utf16le'),
          array: JSON.stringify(turned(made)),
          indented: JSON.stringify(made, null, 2),
          table: JSON.stringify({ columns, data }),
          indexed: JSON.stringify({ data, index: made.map((_, index) => index), columns }, null, 1),
          below: JSON.stringify({ total: made.length, predictions: made }),
          csv: `${columns.join(',')}\n${data.map((cells) => `${cells.map(quoted).join(',')}\n`).join('')}`,
          tabs: `${names.join('\t')}\r\n${made.map((one) => names.map((name) => quoted(one[name])).join('\t')).join('\r\n')}`,
          parquet: parquetOf(
            Object.fromEntries(
              columns.map((name) => [
                name,
                made.map((one) => {
                  const cell = one[name];
                  return typeof cell === 'number' && name !== 'accuracy_reward' ? BigInt(cell) : cell;
                }),
              ]),
            ),
          ),
        };
        const expected = await stage.rows(forms['lines'] ?? '');
        assert.equal(expected.length, made.length);
        assert.deepEqual(
          expected.map(({ prompt, prediction }) => [prompt, prediction]),
          made.map(({ prompt, completion }) => [prompt, completion]),
        );
        for (const [form, content] of Object.entries(forms))
          assert.deepEqual(await stage.rows(content), expected, form);
      }),
      { numRuns: 40 },
    );
  });

  it('give the same rows wherever a text is cut into pieces', async () => {
    // As a decoder gives them, which never cuts a character.
    const pieces = async function* (whole: string, cuts: readonly number[]): AsyncGenerator<string> {
      let [at, turn] = [0, 0];
      while (at < whole.length) {
        const end = cuts.length === 0 ? whole.length : at + (cuts[turn % cuts.length] ?? 1);
        turn += 1;
        const isCutInside = /[\ud800-\udbff]/.test(whole[end - 1] ?? '');
        yield whole.slice(at, isCutInside ? end + 1 : end);
        at = isCutInside ? end + 1 : end;
      }
    };
    const all = async (read: AsyncIterable<TableRow | TableRow[]>): Promise<TableRow[]> => {
      const found: TableRow[] = [];
      for await (const one of read) found.push(...(Array.isArray(one) ? one : [one]));
      return found;
    };
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(undefined, 1), cuts, async (list, indent, lengths) => {
        const table = { columns: names, data: list.map((one) => names.map((name) => one[name])) };
        const csv = `${names.join(',')}\n${list.map((one) => `${names.map((name) => quoted(one[name])).join(',')}\n`).join('')}`;
        const joined = [list, list].map((one) => JSON.stringify(one, null, indent)).join('\n');
        for (const [read, whole] of [
          [readLines, jsonLines(...list)],
          [jsonStream, joined],
          [jsonStream, JSON.stringify(table, null, indent)],
          [jsonStream, JSON.stringify({ odd: NaN, rows: list }, null, indent)],
          [jsonStream, list.map((one) => JSON.stringify(one, null, indent)).join('\n')],
          [(source: AsyncIterable<string>) => csvRows(source, csv), csv],
        ] as const) {
          const expected = await all(read(pieces(whole, [])));
          assert.deepEqual(await all(read(pieces(whole, lengths))), expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('refuse a file by its place, or make of it what a server takes, whatever stands in it', async () => {
    const chat = fc.array(
      fc.record(
        {
          role: fc.constantFrom('user', 'assistant', 'tool', 'system', 7),
          content: fc.oneof(fc.string(), fc.constant(null), fc.array(fc.jsonValue(), { maxLength: 2 })),
          tool_calls: fc.jsonValue(),
        },
        { requiredKeys: ['role'], noNullPrototype: true },
      ),
      { maxLength: 3 },
    );
    const column = fc.constantFrom(
      ...['prompt', 'completion', 'messages', 'input', 'output', 'instruction', 'answer', 'target', 'labels', 'gts'],
      ...['step', 'epoch', 'id', 'doc_id', 'sample_index', 'completion_index', 'scores', 'reward', 'exact_match'],
      ...['latency_ms', 'created_at', 'validation_pass', 'sample_source', 'arguments', 'filtered_resps', 'filter'],
      ...['metrics', 'resps', 'columns', 'data', 'predictions', 'traces', 'run', 'images', 'env_extras', '__proto__'],
    );
    const value = fc.oneof(
      ...[fc.jsonValue({ maxDepth: 3 }), chat, fc.array(chat, { maxLength: 2 }), fc.string(), fc.nat(5), fc.boolean()],
      fc.constantFrom<unknown>(null, '1', '1.5', 'NaN', '12 ms', [], {}, ['a', 'b'], [['-1', 'True']], 1e300, -1),
      fc.array(fc.string(), { maxLength: 3 }),
    );
    const table = fc.array(fc.array(fc.tuple(column, value), { maxLength: 8 }).map(Object.fromEntries), {
      maxLength: 4,
    });
    let imported = 0;
    await fc.assert(
      fc.asyncProperty(table, fc.boolean(), async (made, isArray) => {
        const based = made.map((one, index) => (index % 3 === 2 ? one : { prompt: 'p', completion: 'a', ...one }));
        try {
          for (const one of await stage.rows(isArray ? JSON.stringify(based) : jsonLines(...based)))
            importedLine.parse(one);
          imported += 1;
        } catch (error) {
          if (!(error instanceof ImportError)) throw error;
        }
      }),
      { numRuns: 400 },
    );
    assert.ok(imported > 40, `${imported} were imported`);
  });

  it('name the character where a text stops to be JSON, as V8 does where it does', () => {
    const json = fc.json({ maxDepth: 3 });
    fc.assert(
      fc.property(
        json,
        fc.nat(),
        fc.constantFrom('', ',', '}', ']', '"', 'x', '\\', '0', ':', '\u0001'),
        (good, at, odd) => {
          assert.equal(jsonFault(good), undefined);
          const place = at % (good.length + 1);
          const bad = good.slice(0, place) + odd + good.slice(place + (odd === '' ? 1 : 0));
          let message: string | undefined;
          try {
            JSON.parse(bad);
          } catch (error) {
            message = (error as Error).message;
          }
          const fault = jsonFault(bad);
          assert.equal(fault === undefined, message === undefined, `${bad}: ${message}`);
          const told = /at position (\d+)/.exec(message ?? '')?.[1];
          if (told === undefined || fault === undefined || /escape|number|exponent/i.test(message ?? '')) return;
          // Of a word that is none, its beginning is told.
          assert.match(bad.slice(fault, Number(told)), /^[a-z]*$/, `${bad}: ${message}`);
          assert.ok(fault <= Number(told));
        },
      ),
      { numRuns: 500 },
    );
  });
});
