import assert from 'node:assert/strict';
import { Differences } from '../../../src/panel/differences/differences.ts';
import { type ComparisonView, SampleView } from '../../../src/panel/sampleView.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import { nextComparison } from '../../../webview/comparison/nextComparison.ts';
import { aPrediction } from '../../support/predictions.ts';

/** Finds nothing before it is let to. */
class Slow extends Differences {
  readonly found = new Set<string>();
  readonly names: string[] = [];
  override get(key: string, from: string, to: string) {
    if (!this.names.includes(key)) this.names.push(key);
    return this.found.has(key)
      ? [
          { kind: 'removed' as const, text: from },
          { kind: 'added' as const, text: to },
        ]
      : null;
  }
  override isAwaited(key: string) {
    return this.names.includes(key) && !this.found.has(key);
  }
}

const row = (epoch: number, sample_index = 0) =>
  aPrediction({ epoch, sample_index, ground_truth: 'yes', prediction: `answer ${epoch}` });
const asked: ComparisonView = {
  ...{ sample: 0, source: null, sampleSearch: '', compareWith: 'truth', answers: 30 },
  ...{ superseded: false, finalAnswerOnly: true, openAnswers: [] },
};
const atOnce = 5;
const epochsOf = ({ history }: { history: readonly { epoch: number }[] }) => history.map(({ epoch }) => epoch);

describe('answers of a comparison that are told in parts', () => {
  const stage = () => {
    const store = new PredictionStore();
    for (let epoch = 1; epoch <= 40; epoch += 1) for (const sample of [0, 1]) store.add(row(epoch, sample));
    const differences = new Slow('', () => {});
    return { store, differences, view: new SampleView(store, differences) };
  };

  it('are the newest of another sample first, and the others in the next message, with what came meanwhile', () => {
    const { store, differences, view } = stage();
    for (const sample of [0, 1, 0]) {
      const first = view.message({ ...asked, sample }, atOnce);
      assert.deepEqual([first.history.length, first.shown, view.owes], [5, 30, true]);
      if (sample === 1) store.add(row(41, 1));
      const rest = view.message({ ...asked, sample }, atOnce);
      assert.deepEqual([rest.allHistory, view.owes], [false, false]);
      const all = new SampleView(store, differences).message({ ...asked, sample });
      assert.deepEqual(nextComparison(nextComparison(null, first), rest).history, all.history);
    }
  });

  it('are all told at once where the reader is in their list: of what was forgotten, and of more of them', () => {
    const { view } = stage();
    view.message(asked, atOnce);
    view.message(asked, atOnce);
    assert.equal(view.message({ ...asked, answers: 40 }, atOnce).history.length, 40);
    view.forgetHistory();
    assert.equal(view.message(asked, atOnce).history.length, 30);
    view.forgetReader();
    assert.equal(view.message(asked, atOnce).history.length, 30);
    // A page that begins has no list.
    view.forgetPage();
    assert.equal(view.message(asked, atOnce).history.length, 5);
  });

  it('come again once their difference is found, and no others', () => {
    const { differences, view } = stage();
    const before = view.message(asked);
    assert.ok(before.history.every(({ difference }) => difference === null));
    assert.deepEqual(epochsOf(view.message(asked)), []);
    for (const place of [3, 7]) differences.found.add(differences.names[place] ?? '');
    const after = view.message(asked);
    assert.deepEqual([after.allHistory, epochsOf(after), after.places], [false, [37, 33], [3, 7]]);
    assert.ok(after.history.every(({ difference }) => difference !== null));
    assert.deepEqual(epochsOf(view.message(asked)), []);
  });

  it('are all told again where the difference is of one that was asked for beside them', () => {
    const { differences, view } = stage();
    view.message(asked);
    assert.equal(view.answerAt(asked, 0, null).entry?.epoch, 1);
    assert.equal(view.message(asked).allHistory, false);
    differences.found.add(differences.names.at(-1) ?? '');
    assert.equal(view.message(asked).allHistory, true);
    assert.equal(view.message(asked).allHistory, false);
  });
});
