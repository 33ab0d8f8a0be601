import assert from 'node:assert/strict';
import { RowTable } from '../../../src/store/rowTable.ts';
import { parseExactly } from '../../../src/wire/exactJson.ts';
import { numberFields, type Prediction } from '../../../src/wire/prediction.ts';
import { aChat, askedChat, said } from '../../support/chats.ts';
import { aPrediction } from '../../support/predictions.ts';

function tableOf(...rows: Prediction[]): RowTable {
  const table = new RowTable();
  for (const row of rows) table.add(row);
  return table;
}

describe('a table of rows that are chats', () => {
  it('gives each back as it came, messages that come again among them', () => {
    const rows = [
      aChat({ id: 'a' }),
      aChat({ id: 'b' }),
      aChat({ id: 'c', messages: [0, askedChat], answer: [1, 2] }),
      aChat({ id: 'd', messages: 'text', answer: ['x'] }),
      aChat({ id: 'e', messages: null, answer: {} }),
      aChat({ id: 'f', messages: [], answer: [] }),
    ];
    const table = tableOf(...rows);
    assert.deepEqual(
      rows.map((_, row) => table.read(row)),
      rows,
    );
  });

  it('keeps every digit in them', () => {
    const text = JSON.stringify(aChat())
      .replaceAll('"a\\":2', '"a\\":12345678901234567890')
      .replace('"Be brief."', '"x","n":98765432109876543210,"z":-0');
    const table = tableOf(parseExactly(text, 1, numberFields) as Prediction);
    assert.equal(JSON.stringify(table.read(0)), text);
  });

  it('names messages that come again, and those of another shape, but what is too long to be held twice', () => {
    const long = [{ role: 'user', content: 'x'.repeat(40_000_000) }];
    const table = tableOf(
      aChat({ id: 'a' }),
      aPrediction({ id: 'b' }),
      aChat({ id: 'c' }),
      aChat({ id: 'd', messages: long }),
      aChat({ id: 'e', messages: 'text' }),
      aChat({ id: 'f', messages: {} }),
    );
    const [first, none, again, own, text, other] = [0, 1, 2, 3, 4, 5].map((row) => table.messagesNumber(row));
    assert.equal(typeof first, 'number');
    assert.deepEqual([none, again, own, text], [null, first, undefined, null]);
    assert.notEqual(other, first);
    assert.deepEqual(table.read(3).messages, long);
    assert.equal(table.hasMessages, true);
    assert.equal(tableOf(aPrediction()).hasMessages, false);
  });

  it('knows which rows may say in which form their texts came', () => {
    const table = tableOf(
      aPrediction({ id: 'a' }),
      aChat({ id: 'b' }),
      aPrediction({ id: 'c', reasoning_content: 'x' }),
    );
    assert.deepEqual(
      [0, 1, 2].map((row) => table.mayHaveForm(row)),
      [false, true, true],
    );
  });

  it('forgets the messages of a row that was taken back', () => {
    const table = tableOf(aPrediction({ id: 'a' }), aChat({ id: 'b' }));
    table.removeLast();
    table.add(aPrediction({ id: 'c', prediction: String(said('x').content) }));
    assert.equal(table.messagesNumber(1), null);
  });
});
