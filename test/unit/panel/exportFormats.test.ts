import assert from 'node:assert/strict';
import fc from 'fast-check';
import { exportText, fromHarmless, harmless } from '../../../src/panel/exportFormats.ts';
import { aPrediction } from '../../support/predictions.ts';

describe('exports', () => {
  it('write each prediction with every field that came, one JSON line each', () => {
    const rows = [aPrediction(), { ...aPrediction({ sample_index: 1 }), reward: { total: 0.5 } }];
    const lines = [...exportText(rows, 'jsonl')].join('').trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      rows,
    );
  });

  it('write CSV with quotes where RFC 4180 wants them and a column for every field', () => {
    const rows = [
      { ...aPrediction({ id: 'a', prompt: 'say "hi",\nplease' }), extra: [1] },
      aPrediction({ id: 'b', prediction: '=1+1' }),
    ];
    const text = [...exportText(rows, 'csv')].join('');
    assert.match(text, /^id,job_id,epoch,.*extra\r\n/);
    assert.match(text, /"say ""hi"",\nplease"/);
    assert.match(text, /,'=1\+1,/);
    assert.match(text, /\[1\]\r\n/);
  });

  it('make formulas harmless in a way that can be turned back', () => {
    for (const text of ['=1', '+1', '-1', '@x', '\tx', "'=1", "''-1"]) assert.ok(harmless(text).startsWith("'"));
    assert.equal(harmless("it's"), "it's");
    const beginning = fc.constantFrom('', "'", "''", '=', '+', '-', '@', '\t', '\r', "'=", "'x");
    fc.assert(
      fc.property(beginning, fc.string(), (start, rest) => {
        assert.equal(fromHarmless(harmless(start + rest)), start + rest);
      }),
    );
  });
});
