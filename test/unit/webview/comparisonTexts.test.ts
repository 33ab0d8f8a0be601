import assert from 'node:assert/strict';
import type { HostMessageOf } from '../../../src/panel/protocol.ts';
import {
  checkpointTexts,
  comparedWith,
  diffSides,
  jumpText,
  markText,
  newEntriesText,
  sampleBeside,
  sampleChoices,
  samplesOf,
  sampleText,
  shownSample,
} from '../../../webview/comparison/comparisonTexts.ts';
import { noScores, type Scores } from '../../../webview/scores.ts';
import { entryScores, markMeaning } from '../../../webview/texts/entryScores.ts';
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
    ...{ key: id, place: null, group: null, superseded: null, reasoning: null, cutOff: null },
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

const bySteps: Scores = {
  scores: [
    { name: 'char_error_rate', label: null, direction: 'lower' },
    { name: 'exact_match', label: null, direction: 'higher' },
    { name: '__proto__', label: null, direction: 'higher' },
    { name: 'kl', label: 'KL \u202e divergence', direction: 'lower' },
    { name: 'reward', label: null, direction: 'higher' },
  ],
  leftOut: 0,
  judge: 'reward',
  chosen: null,
  sources: ['', 'val\u200b'],
  byEpoch: false,
  completions: false,
  supersedes: false,
  truths: true,
};

describe('the words of a job whose epochs have several steps', () => {
  it('call an answer by its step, with the epoch beside it, and else by its epoch', () => {
    const at = { epoch: 1, step: 1200 };
    assert.deepEqual(checkpointTexts(at, false, formats), { name: 'Step 1,200', beside: 'epoch 1' });
    assert.deepEqual(checkpointTexts(at, true, formats), { name: 'Epoch 1', beside: 'step 1,200' });
    assert.equal(jumpText('First correct', at, false, formats), 'First correct: step 1,200');
    assert.equal(jumpText('First correct', at, true, formats), 'First correct: epoch 1');
  });

  it('offer the same comparisons, with the step before for the epoch before', () => {
    const texts = (byEpoch: boolean) => comparedWith(byEpoch).map(({ text }) => text);
    assert.deepEqual(texts(true), ['ground truth', 'previous epoch', 'first', 'best', 'nothing']);
    assert.deepEqual(texts(false), ['ground truth', 'previous step', 'first', 'best', 'nothing']);
  });

  it('count answers, and tell the source of a sample where there are several', () => {
    const sample = { key: 'k', sampleIndex: 3, source: 'val\u200b', prompt: 'two', epochs: 1200 };
    assert.equal(sampleText(sample, formats, bySteps), '#3 val⟨U+200B⟩: two (1,200 answers)');
    assert.equal(sampleText({ ...sample, source: '', epochs: 1 }, formats, bySteps), '#3 two (1 answer)');
    assert.equal(sampleText(sample, formats, { ...bySteps, sources: ['val'] }), '#3 two (1,200 answers)');
    assert.equal(newEntriesText(2, false, formats), '2 new answers');
    assert.equal(newEntriesText(1, true, formats), '1 new epoch');
  });

  it('tell samples apart by their numbers, and by their keys where several have one', () => {
    const of = (key: string, sampleIndex: number) => ({ ...summary(sampleIndex), key });
    const choices = sampleChoices([of('a', 0), of('b', 0), of('c', 1)], formats, bySteps);
    assert.deepEqual(
      choices.map(({ key, value }) => [key, value]),
      [
        ['a', '0'],
        ['b', '0 b'],
        ['c', '1'],
      ],
    );
  });

  it('name the score that a mark is by', () => {
    assert.equal(markMeaning(bySteps), 'Against the checkpoint before, by reward');
    const known = { ...bySteps, byEpoch: true, judge: 'char_error_rate' };
    assert.equal(markMeaning(known), 'Against the epoch before, by character error rate');
    assert.equal(markMeaning(noScores), 'Against the epoch before');
  });
});

describe('the scores of an entry', () => {
  it('have their names as text, their values, and which one decides', () => {
    const entry = {
      scores: [
        ['exact_match', 1],
        ['__proto__', 0],
        ['kl', 0.02345],
        ['reward', 0.7],
      ],
    } as const;
    const told = entryScores(entry as unknown as Parameters<typeof entryScores>[0], bySteps, formats);
    assert.deepEqual(
      told.map(({ title, value, decides }) => [title, value, decides]),
      [
        ['Exact', '1', false],
        ['__proto__', '0', false],
        ['KL ⟨U+202E⟩ divergence', '0.023', false],
        ['reward', '0.700', true],
      ],
    );
    assert.match(told[2]?.meaning ?? '', /0\.02345.*lower is better/);
  });
});

describe('the samples of a source', () => {
  const of = (key: number, source: string) => ({ ...summary(key), source });
  const all = [of(0, 'train'), of(1, 'val'), of(2, '')];

  it('are those of it alone, and all of them where no row names it', () => {
    const keys = (source: string | null) => samplesOf(all, ['', 'train', 'val'], source).map(({ key }) => key);
    assert.deepEqual([keys('val'), keys(''), keys(null), keys('gone')], [[1], [2], [0, 1, 2], [0, 1, 2]]);
  });
});

describe('the diff editor of an answer of a step', () => {
  const entry = (id: string, step: number) => ({ id, epoch: 0, step, superseded: null });
  const history = [entry('c', 30), entry('b', 20), entry('a', 10)] as unknown as HostMessageOf<'comparison'>['history'];
  const right = { id: 'b', field: 'prediction' as const };

  it('shows the step before, the first answer or the best one, and none for that one itself', () => {
    const sides = (against: string | null, compareWith: 'previous' | 'first' | 'best') =>
      diffSides({ groundTruth: null, history, against }, entry('b', 20), compareWith);
    assert.deepEqual(sides(null, 'previous'), { left: { id: 'a', field: 'prediction' }, right });
    assert.deepEqual(sides('a', 'first'), { left: { id: 'a', field: 'prediction' }, right });
    assert.deepEqual(sides('old', 'best'), { left: { id: 'old', field: 'prediction' }, right });
    assert.equal(sides('b', 'best'), null);
    assert.equal(sides(null, 'best'), null);
  });
});
