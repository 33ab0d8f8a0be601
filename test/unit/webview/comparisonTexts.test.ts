import assert from 'node:assert/strict';
import type { HistoryEntry } from '../../../src/panel/protocol.ts';
import { changes, sampleText } from '../../../webview/comparison/comparisonTexts.ts';
import { formatsFor } from '../../../webview/formats.ts';

const entry = (epoch: number, charErrorRate: number | null): HistoryEntry => ({
  id: `${epoch}-${charErrorRate}`,
  epoch,
  step: epoch,
  prediction: 'x'.repeat(epoch),
  charErrorRate,
  validationPass: null,
});

describe('the change against the epoch before', () => {
  it('goes by the character error rate, the newest epoch first', () => {
    const history = [entry(3, 0.1), entry(2, 0.1), entry(1, 0.05), entry(0, 0.9)];
    assert.deepEqual(changes(history), ['same', 'worse', 'better', null]);
  });

  it('is unknown where either epoch has no rate', () => {
    assert.deepEqual(changes([entry(2, 0.1), entry(1, null), entry(0, 0.2)]), [null, null, null]);
  });

  it('skips a second answer of the same epoch', () => {
    assert.deepEqual(changes([entry(1, 0.3), entry(1, 0.1), entry(0, 0.2)]), ['worse', 'better', null]);
  });
});

describe('a sample in the list', () => {
  it('shows its number, its prompt on one line and how many epochs have it', () => {
    const formats = formatsFor('en');
    const sample = { sampleIndex: 3, prompt: ' two\nlines ', epochs: 31 };
    assert.equal(sampleText(sample, formats), '#3 two lines (31 epochs)');
    assert.equal(sampleText({ ...sample, epochs: 1 }, formats), '#3 two lines (1 epoch)');
  });
});
