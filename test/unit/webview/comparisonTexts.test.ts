import assert from 'node:assert/strict';
import { cellCharacters, type HostMessageOf } from '../../../src/panel/protocol.ts';
import {
  cutAt,
  cutText,
  diffSides,
  markText,
  sampleBeside,
  sampleText,
  shownSample,
} from '../../../webview/comparison/comparisonTexts.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';

const formats = formatsFor('en');
const summary = (sampleIndex: number) => ({ key: sampleIndex, sampleIndex, source: '', prompt: 'p', epochs: 1 });
const samples = [summary(0), summary(4), summary(9)];

describe('a sample in the list', () => {
  it('shows its number, its prompt on one line and how many epochs have it', () => {
    const sample = { key: 3, sampleIndex: 3, source: '', prompt: ' two\nlines ', epochs: 31 };
    assert.equal(sampleText(sample, formats), '#3 two lines (31 epochs)');
    assert.equal(sampleText({ ...sample, epochs: 1 }, formats), '#3 two lines (1 epoch)');
  });

  it('has neighbours in the order of the list, none beyond its ends', () => {
    assert.equal(sampleBeside(samples, 4, 1), 9);
    assert.equal(sampleBeside(samples, 4, -1), 0);
    assert.equal(sampleBeside(samples, 9, 1), null);
    assert.equal(sampleBeside(samples, 0, -1), null);
    assert.equal(sampleBeside(samples, 5, 1), null);
    assert.equal(sampleBeside([], null, 1), null);
  });

  it("is the chosen one at once, and the host's where there is no such sample", () => {
    const comparison = { samples, sample: 0 } as HostMessageOf<'comparison'>;
    assert.equal(shownSample(comparison, 9), 9);
    assert.equal(shownSample(comparison, 5), 0);
    assert.equal(shownSample(comparison, null), 0);
  });
});

describe('a mark', () => {
  it('is a sign and a word', () => {
    assert.deepEqual((['better', 'worse', 'same', null] as const).map(markText), ['▲ better', '▼ worse', '= same', '']);
  });
});

describe('the diff editor of an entry', () => {
  const entry = (id: string, epoch: number) => ({
    id,
    epoch,
    step: epoch,
    prediction: id,
    charErrorRate: null,
    validationPass: null,
    scores: [],
    mark: null,
    difference: null,
  });
  const newest = entry('c', 2);
  const oldest = entry('a', 0);
  const history = [newest, entry('c2', 2), entry('b', 1), oldest];
  const compared = { groundTruth: 't', history, against: null };
  const right = { id: 'c', field: 'prediction' as const };

  it('shows the ground truth against the prediction, also while the view compares with nothing', () => {
    const sides = { left: { id: 'c', field: 'groundTruth' as const }, right };
    assert.deepEqual(diffSides(compared, newest, 'truth'), sides);
    assert.deepEqual(diffSides(compared, newest, 'nothing'), sides);
    assert.equal(diffSides({ groundTruth: null, history, against: null }, newest, 'truth'), null);
  });

  it('shows the prediction of the epoch before, which is not a second one of the same epoch', () => {
    assert.deepEqual(diffSides(compared, newest, 'previous'), { left: { id: 'b', field: 'prediction' }, right });
    assert.equal(diffSides(compared, oldest, 'previous'), null);
  });
});

describe('a text that is cut', () => {
  it('is known by the length that the host cuts at', () => {
    assert.equal(cutAt, cellCharacters);
    assert.equal(cutText('x'.repeat(1999), 'More.', formats), '');
    assert.equal(cutText(null, 'More.', formats), '');
    assert.equal(cutText('x'.repeat(2000), 'More.', formats), 'The first 2,000 characters. More.');
  });
});
