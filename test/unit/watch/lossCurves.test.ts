import assert from 'node:assert/strict';
import { LossCurves } from '../../../src/watch/lossCurves.ts';

describe('the loss curves of a job', () => {
  it('are ascending by step, however they came', () => {
    const curves = new LossCurves();
    curves.add([{ step: 20, train_loss: 0.5 }]);
    curves.add([{ step: 10, train_loss: 0.9, learning_rate: 0.001 }]);
    assert.deepEqual(curves.line('train'), [
      [10, 0.9],
      [20, 0.5],
    ]);
    assert.deepEqual(curves.line('learningRate'), [[10, 0.001]]);
    assert.equal(curves.lastStep, 20);
  });

  it('put train and eval losses of a step together that came apart', () => {
    const curves = new LossCurves();
    curves.add([{ step: 10, train_loss: 0.9, eval_loss: null }]);
    curves.add([{ step: 10, train_loss: null, eval_loss: 1.1 }]);
    assert.deepEqual([curves.line('train'), curves.line('eval')], [[[10, 0.9]], [[10, 1.1]]]);
  });

  it('say whether anything is new', () => {
    const curves = new LossCurves();
    assert.equal(curves.add([{ step: 1, train_loss: 0.5 }]), true);
    assert.equal(curves.add([{ step: 1, train_loss: 0.5 }]), false);
    assert.equal(curves.add([{ step: 2 }]), false);
    assert.equal(curves.add([{ step: 1, train_loss: 0.4 }]), true);
    curves.clear();
    assert.deepEqual(curves.line('train'), []);
  });
});
