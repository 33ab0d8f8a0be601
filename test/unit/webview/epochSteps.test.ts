import assert from 'node:assert/strict';
import type { EpochSummary } from '../../../src/wire/responses.ts';
import { compareParts, epochSteps } from '../../../webview/predictions/epochSteps.ts';
import { randomOf } from '../../support/random.ts';

const epochOf = (epoch: number, count = 1) => ({ epoch, prediction_count: count, latest_step: 0 });

describe('the steps from one list of epochs to another', () => {
  it('touch what changed and nothing else', () => {
    const from = [epochOf(3), epochOf(2), epochOf(0)];
    const [three, two, zero] = from;
    assert.deepEqual(epochSteps(from, [...from]), []);
    const [changed, four, one] = [epochOf(2, 5), epochOf(4), epochOf(1)];
    assert.deepEqual(epochSteps(from, [four, ...(three ? [three] : []), changed, one, ...(zero ? [zero] : [])]), [
      { kind: 'put', summary: four, before: 3 },
      { kind: 'change', summary: changed },
      { kind: 'put', summary: one, before: 0 },
    ]);
    assert.deepEqual(epochSteps(from, two ? [two] : []), [
      { kind: 'remove', epoch: 3 },
      { kind: 'remove', epoch: 0 },
    ]);
  });

  it('lead from any list to any other', () => {
    const random = randomOf(5);
    const list = () =>
      Array.from({ length: 20 }, (_, index) => epochOf(20 - index, random.between(0, 3))).filter(() =>
        random.chance(0.5),
      );
    for (let round = 0; round < 200; round += 1) {
      const [from, to] = [list(), list()];
      const drawn: EpochSummary[] = [...from];
      for (const step of epochSteps(from, to)) {
        const epoch = step.kind === 'remove' ? step.epoch : step.kind === 'change' ? step.summary.epoch : step.before;
        const place = epoch === null ? drawn.length : drawn.findIndex((held) => held.epoch === epoch);
        if (step.kind === 'remove') drawn.splice(place, 1);
        else drawn.splice(place, step.kind === 'change' ? 1 : 0, step.summary);
      }
      assert.deepEqual(drawn, to);
    }
  });

  it('know whole epochs and their checkpoints apart, a whole one standing before its own', () => {
    const checkpoint = (epoch: number, step: number, predictions = 1) => ({ epoch, step, predictions });
    const list = [epochOf(2), checkpoint(2, 30), checkpoint(2, 20), epochOf(1), checkpoint(1, 10)];
    assert.deepEqual([...list].sort(() => -1).sort(compareParts), list);
    const [changed, fresh] = [checkpoint(2, 20, 5), checkpoint(2, 40)];
    assert.deepEqual(epochSteps(list, [...list.slice(0, 1), fresh, ...list.slice(1, 2), changed, ...list.slice(4)]), [
      { kind: 'put', summary: fresh, before: '2 30' },
      { kind: 'change', summary: changed },
      { kind: 'remove', epoch: 1 },
    ]);
  });
});
