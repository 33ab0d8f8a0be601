import assert from 'node:assert/strict';
import { jobUpdate } from '../../../src/wire/job.ts';
import { prediction } from '../../../src/wire/prediction.ts';
import { SchemaError } from '../../../src/wire/schema.ts';
import { predictionBatch } from '../../../src/wire/sentPrediction.ts';
import { aPrediction } from '../../support/predictions.ts';

function problem(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    assert.ok(error instanceof SchemaError);
    return error.message;
  }
  throw new Error('it was taken');
}

describe('schema', () => {
  const good = { epoch: 1, step: 2, sample_index: 3, prompt: 'p', prediction: 'a' };

  it('names the place and the expected type of the first field that does not fit', () => {
    const predictions = [good, { ...good, epoch: 'x' }];
    assert.equal(
      problem(() => predictionBatch.parse({ job_id: 'j', predictions })),
      'predictions[1].epoch: expected number',
    );
  });

  it('names every type that a nullable field takes', () => {
    const predictions = [{ ...good, ground_truth: 5 }];
    assert.equal(
      problem(() => predictionBatch.parse({ job_id: 'j', predictions })),
      'predictions[0].ground_truth: expected string or null',
    );
  });

  it('names a field that is missing', () => {
    assert.equal(
      problem(() =>
        predictionBatch.parse({ job_id: 'j', predictions: [{ epoch: 1, step: 2, sample_index: 3, prediction: 'a' }] }),
      ),
      'predictions[0].prompt: required',
    );
    assert.equal(
      problem(() => jobUpdate.parse({})),
      'job_id: required',
    );
  });

  it('lists the values that a field takes', () => {
    assert.match(
      problem(() => jobUpdate.parse({ job_id: 'j', status: 'done' })),
      /^status: expected one of "pending", "queued", "running"/,
    );
  });

  it('says what is wrong with a whole value', () => {
    assert.equal(
      problem(() => jobUpdate.parse('text')),
      'expected object',
    );
  });

  it('takes an epoch only as a whole number that a database can hold', () => {
    for (const epoch of [-1, 1.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN]) {
      assert.equal(prediction.check(aPrediction({ epoch })), false, String(epoch));
    }
    assert.equal(prediction.check(aPrediction({ epoch: 0 })), true);
  });

  it('keeps fields that it does not know', () => {
    const row = { ...aPrediction(), reward: 0.5 };
    assert.deepEqual(prediction.parse(row), row);
  });
});
