import assert from 'node:assert/strict';
import { progressOf } from '../../../src/watch/jobProgress.ts';

const job = { id: 'x', status: 'running', current_epoch: 0.65, current_step: 650, total_steps: 1000 };

describe('how far a job says that it is', () => {
  it('is its epoch, a whole one, where there are several', () => {
    assert.deepEqual(progressOf({ ...job, total_epochs: 3, current_epoch: 1.9 }, true), {
      currentEpoch: 1,
      totalEpochs: 3,
      currentStep: null,
      totalSteps: null,
    });
    assert.equal(progressOf({ ...job, total_epochs: null }, true).currentStep, null);
  });

  it('is its step where there is one epoch, or a part of one, or where steps are what it is asked at', () => {
    for (const total_epochs of [1, 0.5]) {
      const { currentStep, totalSteps } = progressOf({ ...job, total_epochs }, true);
      assert.deepEqual([currentStep, totalSteps], [650, 1000]);
    }
    assert.equal(progressOf({ ...job, total_epochs: 3 }, false).currentStep, 650);
  });

  it('is nothing before it said anything', () => {
    assert.deepEqual(Object.values(progressOf(undefined, true)), [null, null, null, null]);
  });
});
