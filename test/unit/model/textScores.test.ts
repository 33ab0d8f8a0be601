import assert from 'node:assert/strict';
import fc from 'fast-check';
import { distance } from 'fastest-levenshtein';
import { score } from '../../../src/model/textScores.ts';
import { readSampleRun } from '../../support/sampleRun.ts';

describe('prediction scores', () => {
  it('equal those of the recorded run, which another program computed', () => {
    const run = readSampleRun();
    assert.equal(run.length, 1550);
    for (const { prediction, ground_truth, epoch, sample_index, ...recorded } of run) {
      const scores = score(prediction, ground_truth ?? '');
      for (const [name, value] of Object.entries(scores)) {
        const expected = recorded[name as keyof typeof scores];
        const where = `${name} of epoch ${epoch}, sample ${sample_index}: ${value}, recorded ${expected}`;
        assert.ok(typeof expected === 'number' && Math.abs(value - expected) <= 1e-6, where);
      }
    }
  });

  it('are perfect for equal texts, whatever their case and the space around them', () => {
    assert.deepEqual(score('Hello World', 'Hello World'), {
      exact_match: 1,
      char_error_rate: 0,
      length_ratio: 1,
      word_overlap: 1,
    });
    assert.equal(score(' hello\n', 'Hello').exact_match, 1);
    assert.equal(score('HELLO', 'hello').char_error_rate, 0);
  });

  it('have an error rate of at most 1, however long the prediction is', () => {
    assert.equal(score('x'.repeat(1000), 'abc').char_error_rate, 1);
    assert.equal(score('', 'abc').char_error_rate, 1);
  });

  it('take an empty truth for one character', () => {
    assert.deepEqual(score('ab', ''), { exact_match: 0, char_error_rate: 1, length_ratio: 2, word_overlap: 0 });
    assert.deepEqual(score('', ''), { exact_match: 1, char_error_rate: 0, length_ratio: 0, word_overlap: 0 });
  });

  it('count each of the prediction’s words once', () => {
    assert.equal(score('a a a b', 'a c').word_overlap, 0.5);
    assert.equal(score('   ', 'a').word_overlap, 0);
  });

  it('count UTF-16 code units, lone surrogates too', () => {
    assert.equal(score('😀', '😁').char_error_rate, 0.5);
    assert.equal(score('\ud800', '\ud800').char_error_rate, 0);
  });

  it('are those of the definition, whatever white space, letters and equal parts there are', () => {
    const piece = fc.oneof(
      fc.constantFrom(' ', '\t', '\n', '\u00a0', '\u3000', '\ufeff', '\u001c', '\u0085', 'a', 'A', 'b', 'Σ', 'İ', 'ß'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
    const words = (all: string) =>
      new Set(
        all
          .trim()
          .toLowerCase()
          .split(/\s+/)
          .filter((word) => word !== ''),
      );
    fc.assert(
      fc.property(text, text, text, text, (start, one, other, end) => {
        const [prediction, truth] = [start + one + end, start + other + end];
        const predicted = [...words(prediction)];
        const shared = predicted.filter((word) => words(truth).has(word));
        const length = Math.max(truth.length, 1);
        assert.deepEqual(score(prediction, truth), {
          exact_match: prediction.trim().toLowerCase() === truth.trim().toLowerCase() ? 1 : 0,
          char_error_rate: Math.min(1, distance(prediction.toLowerCase(), truth.toLowerCase()) / length),
          length_ratio: prediction.length / length,
          word_overlap: predicted.length === 0 ? 0 : shared.length / predicted.length,
        });
      }),
      { numRuns: 2000 },
    );
  });
});
