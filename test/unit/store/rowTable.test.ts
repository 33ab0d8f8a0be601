import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { RowTable } from '../../../src/store/rowTable.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { aPrediction } from '../../support/predictions.ts';

/** Any text, lone surrogates too. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\ud800', 'x\udfffy', '\u0000', '[1]', 'null'),
);
const createdAt = fc.oneof(
  fc
    .tuple(
      fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      fc.constantFrom('', '.1', '.12', '.123', '.123456', '.000001', '.1234567', '.'),
      fc.constantFrom('Z', '+00:00', '+02:00', ''),
    )
    .map(([date, fraction, zone]) => date.toISOString().slice(0, 19) + fraction + zone),
  fc.constantFrom('2026-02-31T00:00:00Z', '1969-12-31T23:59:59.5Z', 'yesterday', '0001-01-01T00:00:00.5+00:00'),
);
const id = fc.oneof(
  fc.uuid(),
  fc.uuid().map((value) => value.toUpperCase()),
  text.filter(Boolean),
  fc.nat().map(String),
);
const optional = fc.record(
  {
    prompt_id: fc.option(text),
    latency_ms: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    do_sample: fc.option(fc.boolean()),
    char_error_rate: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    exact_match: fc.constantFrom(0, 1, null),
    validation_pass: fc.option(fc.boolean()),
    validation_errors: fc.jsonValue(),
    ground_truth: fc.option(text),
  },
  { requiredKeys: [] },
);
const prediction = fc
  .tuple(
    fc.record({ id, created_at: createdAt, epoch: fc.nat(3), step: fc.maxSafeNat(), prompt: text, prediction: text }),
    optional,
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'toString', '0')), fc.jsonValue()),
  )
  // What comes over the network is JSON.
  .map(([fields, some, unknown]) => JSON.stringify({ ...unknown, ...aPrediction(), ...some, ...fields }))
  .map((json) => JSON.parse(json) as Prediction);
const predictions = fc.uniqueArray(prediction, { selector: (row) => row.id, maxLength: 30 });

describe('RowTable', () => {
  it('gives each prediction back as it came, with all its fields in their order', () => {
    fc.assert(
      fc.property(predictions, (rows) => {
        const table = new RowTable();
        for (const row of rows) table.add(row);
        for (const [number, row] of rows.entries()) {
          assert.equal(JSON.stringify(table.read(number)), JSON.stringify(row));
          assert.equal(table.find(row.id), number);
          assert.deepEqual(
            [table.prediction(number), table.prompt(number), table.groundTruth(number)],
            [row.prediction, row.prompt, row.ground_truth ?? null],
          );
        }
      }),
    );
  });

  it('orders rows by their texts where all else is the same', () => {
    const ids = fc.uniqueArray(id, { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(ids, createdAt, createdAt, ([a = '', b = ''], first, second) => {
        const table = new RowTable();
        table.add(aPrediction({ id: a, created_at: first }));
        table.add(aPrediction({ id: b, created_at: second }));
        const expected = first === second ? a > b : first > second;
        assert.equal(table.newestFirst(0, 1) < 0, expected);
        assert.equal(table.newestFirst(1, 0) > 0, expected);
      }),
    );
  });

  it('finds each of many ids, and none that it has not', () => {
    const table = new RowTable();
    const ids = Array.from({ length: 20_000 }, (_, index) => (index % 3 === 0 ? `row ${index}` : randomUUID()));
    for (const each of ids) table.add(aPrediction({ id: each }));
    for (const [row, each] of ids.entries()) assert.equal(table.find(each), row);
    for (const other of [randomUUID(), 'row 1', '']) assert.equal(table.find(other), undefined);
  });

  it('knows whether a row has a ground truth, also when the last one is taken back', () => {
    const table = new RowTable();
    assert.equal(table.hasTruths, false);
    table.add(aPrediction({ id: 'a', ground_truth: null }));
    assert.equal(table.hasTruths, false);
    table.add(aPrediction({ id: 'b', ground_truth: '' }));
    assert.equal(table.hasTruths, true);
    table.removeLast();
    assert.equal(table.hasTruths, false);
  });

  it('keeps rows whole when there are too many kinds of them', () => {
    const table = new RowTable();
    const rows = Array.from({ length: 1200 }, (_, index) => ({
      ...aPrediction({ id: `${index}` }),
      [`x${index}`]: index,
    }));
    for (const row of rows) table.add(row);
    assert.deepEqual(
      rows.map((_, row) => table.read(row)),
      rows,
    );
  });
});
