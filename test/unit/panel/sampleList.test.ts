import assert from 'node:assert/strict';
import { mostListed } from '../../../src/panel/comparison/sampleList.ts';
import { Differences } from '../../../src/panel/differences/differences.ts';
import type { HostMessageOf } from '../../../src/panel/protocol.ts';
import { SampleView } from '../../../src/panel/sampleView.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import { listedText } from '../../../webview/comparison/comparisonTexts.ts';
import { nextComparison } from '../../../webview/comparison/nextComparison.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';
import { aPrediction } from '../../support/predictions.ts';

type Comparison = HostMessageOf<'comparison'>;

const view = {
  ...{ sample: null as number | null, source: null as string | null, compareWith: 'nothing' as const, answers: 200 },
  ...{ superseded: false, finalAnswerOnly: true, openAnswers: [], sampleSearch: '' },
};
const differences = new Differences('', () => {});

function add(store: PredictionStore, index: number, prompt: string, source: string | null = null, step = 1): void {
  const id = `${index} ${source} ${step}`;
  store.add(aPrediction({ id, epoch: 0, step, sample_index: index, prompt, sample_source: source }));
}

const indices = ({ samples }: Comparison) => samples.map(({ sampleIndex }) => sampleIndex);

describe('the samples to choose from', () => {
  it('are all of a job that has not too many, and those that changed after that', () => {
    const store = new PredictionStore();
    for (const index of [3, 1, 2]) add(store, index, `prompt ${index}`);
    const samples = new SampleView(store, differences);
    const first = samples.message(view);
    assert.deepEqual(
      [indices(first), first.allSamples, first.sampleCount, first.samplesListed],
      [[1, 2, 3], true, 3, null],
    );
    add(store, 0, 'prompt 0');
    const next = samples.message(view);
    assert.deepEqual([indices(next), next.allSamples, next.sampleCount], [[0], false, 4]);
    assert.deepEqual(indices(nextComparison(first, next)), [0, 1, 2, 3]);
  });

  describe('of a job of many', () => {
    const store = new PredictionStore();
    const count = mostListed + 1000;
    before(() => {
      for (let index = 0; index < count; index += 1) {
        add(store, index, `prompt ${index}`, index % 2 === 0 ? 'val' : 'train');
      }
    });

    it('are the hundred on either side of the one that is shown, of its source where one is chosen', () => {
      const samples = new SampleView(store, differences);
      const around = samples.message({ ...view, sample: keyOf(store, 3000) });
      assert.deepEqual([indices(around)[0], indices(around).at(-1), around.samplesListed], [2900, 3100, 201]);
      assert.equal(around.sampleCount, count);
      const ofSource = samples.message({ ...view, sample: keyOf(store, 3000), source: 'val' });
      assert.deepEqual([indices(ofSource)[0], indices(ofSource).at(-1), ofSource.samplesListed], [2800, 3200, 201]);
      const atStart = samples.message({ ...view, sample: null });
      assert.deepEqual([indices(atStart)[0], atStart.samplesListed], [0, 101]);
    });

    it('are told of again when they are others alone', () => {
      const samples = new SampleView(store, differences);
      const around = { ...view, sample: keyOf(store, 10) };
      const first = samples.message(around);
      const again = samples.message(around);
      assert.deepEqual([again.allSamples, again.samples], [false, []]);
      assert.equal(nextComparison(first, again).samples.length, 111);
      add(store, 5, 'another prompt', 'train', 2);
      const changed = samples.message(around);
      assert.equal(changed.allSamples, true);
      assert.deepEqual(
        changed.samples.filter(({ sampleIndex }) => sampleIndex === 5).map(({ prompt, epochs }) => [prompt, epochs]),
        [['another prompt', 2]],
      );
      assert.equal(samples.message(around).allSamples, false);
    });

    it('are those that hold a text, the first two hundred of them, and the one that is shown', () => {
      const samples = new SampleView(store, differences);
      // What is told while it is looked for is not told again.
      let shown: Comparison | null = null;
      const ask = (sampleSearch: string): Comparison => {
        for (;;) {
          shown = nextComparison(shown, samples.message({ ...view, sample: keyOf(store, 1), sampleSearch }));
          if (shown.samplesSearched !== 'searching') return shown;
          while (samples.work());
        }
      };
      const some = ask('PROMPT 599');
      assert.deepEqual(indices(some), [1, 599, 5990, 5991, 5992, 5993, 5994, 5995, 5996, 5997, 5998, 5999]);
      assert.equal(some.samplesSearched, 'all');
      const most = ask('prompt');
      assert.deepEqual([most.samplesListed, most.samplesSearched], [200, 'more']);
      assert.deepEqual(indices(ask('#4321')), [1, 4321]);
      const none = ask('(no such');
      assert.deepEqual(
        [indices(none), none.samplesListed],
        [[1], 0],
        'a text is no pattern, and what is shown is not found',
      );
      assert.equal(
        listedText(none, formatsFor('en')),
        `none of ${none.sampleCount.toLocaleString('en')} samples holds this text`,
      );
      add(store, 7000, '(no such', 'val');
      assert.deepEqual(
        indices(samples.message({ ...view, sample: keyOf(store, 1), sampleSearch: '(no such' })),
        [1, 7000],
      );
      assert.equal(samples.message({ ...view, sample: keyOf(store, 1) }).samplesSearched, 'no');
    });
  });
});

function keyOf(store: PredictionStore, index: number): number {
  for (const { key, sampleIndex } of store.eachSample()) if (sampleIndex === index) return key as number;
  throw new Error(`There is no sample ${index}`);
}
