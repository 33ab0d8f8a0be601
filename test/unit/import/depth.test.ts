import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportText } from '../../../src/panel/export/exportFormats.ts';
import { checkTable, columnsOf } from '../../../src/tables/checkedTable.ts';
import { recognise } from '../../../src/tables/columns.ts';
import { ImportError } from '../../../src/tables/tableError.ts';
import { openTable } from '../../../src/tables/tableFile.ts';
import { nested } from '../../support/nested.ts';
import { aPrediction } from '../../support/predictions.ts';

describe('an import of odd rows', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'import-depth-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function read(content: string): Promise<string[]> {
    const file = path.join(folder, 'table');
    writeFileSync(file, content);
    const table = await openTable(file);
    const checked = await checkTable(table, recognise(await columnsOf(table)), () => {});
    let text = '';
    for await (const piece of checked.lines(() => {})) text += piece;
    return text.trimEnd().split('\n');
  }

  const plain = '{"prompt":"p","prediction":"a"}';
  const row = (value: string, name = 'extra') => `{"prompt":"p","prediction":"a","${name}":${value}}`;

  it('refuses more than a hundred levels with line and field, in every form of JSON', async () => {
    for (const levels of [100, 150, 5000, 20_000]) {
      for (const value of [nested(levels), nested(levels, 'mixed')]) {
        for (const [content, place] of [
          [`${plain}\n${row(value)}\n`, /^Line 2, column “extra”: more than 100 levels deep$/],
          [`${row(value, 'messages')}\n`, /^Line 1, column “messages”: more than 100 levels deep$/],
          [`[\n${plain},\n${row(value)}\n]`, /^Line 3, column “extra”: more than 100 levels deep$/],
          [
            `{"columns":["prompt","prediction","extra"],"data":[\n["p","a",${value}]]}`,
            levels > 10_000
              ? /^Line 2, .*more than 100 levels deep$/
              : /^Line 2, column “extra”: more than 100 levels deep$/,
          ],
        ] as const) {
          await assert.rejects(read(content), (error) => {
            assert.ok(error instanceof ImportError, String(error));
            assert.match(error.message, place);
            return true;
          });
        }
      }
    }
  });

  it('keeps what is within, and leaves a cell of CSV that is not a text', async () => {
    assert.ok((await read(row(nested(99))))[0]?.includes(`"extra":${nested(99)}`));
    const [within, beyond] = await read(`prompt,prediction,extra\np,a,${nested(99)}\np,a,${nested(5000)}\n`);
    assert.ok(within?.includes(`"extra":${nested(99)}`));
    assert.ok(beyond?.includes(`"extra":"${nested(5000)}"`));
  });

  it('keeps fields that have the names of what every object has, and the digits of their numbers', async () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__']) {
      const [line] = await read(row('{"a":[18446744073709551615,1e400]}', name));
      assert.ok(line?.includes(`"${name}":{"a":[18446744073709551615,1e400]}`), `${name}: ${line}`);
    }
  });

  it('finds an empty cell of CSV where a row lacks a field of such a name', () => {
    const rows = [aPrediction({ id: 'a' }), { ...aPrediction({ id: 'b' }), toString: 'x', constructor: 1 }];
    const text = [...exportText(() => rows, 'csv')].map((piece) => piece.text).join('');
    const [, first = '', second = ''] = text.split('\r\n');
    assert.ok(first.endsWith(',,'), first);
    assert.ok(second.endsWith(',x,1'), second);
  });
});
