import assert from 'node:assert/strict';
import { LossCurves } from '../../../src/watch/lossCurves.ts';
import type { Metric } from '../../../src/wire/metric.ts';

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

describe('the other figures that a trainer logs', () => {
  it('are all numbers of its metrics, whatever their names, group by group', () => {
    const curves = new LossCurves();
    const metric = { step: 5, epoch: 0.5, 'rewards/format': 1, grad_norm: 2, train_loss: 1, note: 'x', 'train/kl': 0 };
    const odd = JSON.parse('{"step":5,"__proto__":3,"constructor":4,"timestamp":"2026-01-01","restart":0}') as Metric;
    curves.add([{ ...metric }, odd]);
    assert.deepEqual(curves.names, ['__proto__', 'constructor', 'grad_norm', 'rewards/format', 'train/kl']);
    assert.deepEqual(curves.figure('__proto__')?.values, [3]);
  });

  it('have a gap where a value is no finite number, and none where nothing was logged', () => {
    const curves = new LossCurves();
    curves.add([
      { step: 1, ...{ 'train/kl': 0.5 }, grad_norm: 1 },
      { step: 2, ...{ 'train/kl': null }, grad_norm: null },
      { step: 3, grad_norm: 3 },
      { step: 4, ...{ 'train/kl': 0.25 } },
    ]);
    const [kl, norm] = [curves.figure('train/kl'), curves.figure('grad_norm')];
    assert.deepEqual([kl?.steps, kl?.values, kl?.gaps, kl?.count], [[1, 2, 4], [0.5, Number.NaN, 0.25], 1, 2]);
    // A server tells the fields of the contract as null where nothing came.
    assert.deepEqual([norm?.steps, norm?.gaps], [[1, 3], 0]);
  });

  it('are filled where a number comes later, and keep it where null does', () => {
    const curves = new LossCurves();
    const add = (value: number | null) => curves.add([{ step: 1, ...{ 'train/kl': value } }]);
    assert.deepEqual([add(null), curves.names, add(2), curves.names, add(null)], [true, [], true, ['train/kl'], false]);
    assert.deepEqual([curves.figure('train/kl')?.gaps, curves.figure('train/kl')?.values], [0, [2]]);
  });

  it('are no more than can be held, with how many are left out', () => {
    const curves = new LossCurves();
    curves.add([{ step: 1, ...Object.fromEntries(Array.from({ length: 510 }, (_, index) => [`m/${index}`, index])) }]);
    assert.deepEqual([curves.names.length, curves.leftOut], [500, 10]);
    curves.add([{ step: 2, train_loss: 1 }]);
    assert.deepEqual(curves.line('train'), [[2, 1]]);
  });
});
