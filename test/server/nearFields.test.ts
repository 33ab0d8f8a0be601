import assert from 'node:assert/strict';
import { nearField, nearFields } from '../../src/server/requests/nearFields.ts';

describe('a field that is not known', () => {
  const misspelt = {
    ground_thruth: 'ground_truth',
    groundTruth: 'ground_truth',
    'Ground Truth': 'ground_truth',
    predicton: 'prediction',
    predcition: 'prediction',
    char_error_rat: 'char_error_rate',
    exactMatch: 'exact_match',
    sampleIndex: 'sample_index',
  };
  for (const [name, meant] of Object.entries(misspelt)) {
    it(`is nearly called like ${meant}: ${name}`, () => assert.equal(nearField(name), meant));
  }

  it('is meant as it is where it is another word, short, numbered or known', () => {
    const own = ['reward', 'validation_loss', 'latency', 'prompts', 'prediction_2', 'completion', 'reference', 'score'];
    const known = ['ground_truth', 'step', 'finish_reason'];
    const long = 'ground_truth'.repeat(100_000);
    for (const name of [...own, ...known, long, '', '__proto__'])
      assert.equal(nearField(name), null, name.slice(0, 40));
  });

  it('is told of once for a batch, unless the row has the other field too, and ten at most', () => {
    assert.deepEqual(nearFields([{ predicton: 'a' }, { predicton: 'b' }]), { predicton: 'prediction' });
    assert.deepEqual(nearFields([{ groundTruth: 'a', ground_truth: 'b' }]), {});
    const many = Object.fromEntries(Array.from('abcdefghijklmnop', (letter) => [`ground_truth${letter}`, 1]));
    assert.equal(Object.keys(nearFields([many])).length, 10);
  });
});
