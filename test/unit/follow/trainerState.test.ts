import assert from 'node:assert/strict';
import { isTrainerState, parseTrainerState } from '../../../src/follow/metrics/trainerState.ts';

describe('the state of a Trainer', () => {
  it('is found beside and in checkpoints', () => {
    assert.ok(['trainer_state.json', 'checkpoint-10/trainer_state.json'].every(isTrainerState));
    assert.ok(!['old/trainer_state.json', 'checkpoint-10/a/trainer_state.json', 'state.json'].some(isTrainerState));
  });

  it('tells metrics under the names of the contract, NaN as none', () => {
    const text = `{
      "epoch": 0.5, "global_step": 10, "max_steps": 20, "num_train_epochs": 1, "best_metric": null,
      "log_history": [
        {"step": 5, "epoch": 0.25, "loss": 2.5, "grad_norm": NaN, "learning_rate": 5e-05, "rewards/a/mean": 0.5},
        {"step": 10, "epoch": 0.5, "eval_loss": 1.5, "note": "words"},
        {"step": 10, "epoch": 0.5, "train_runtime": 9.5, "train_loss": 2.0}
      ]
    }`;
    assert.deepEqual(parseTrainerState(text), {
      step: 10,
      lastStep: 20,
      metrics: [
        { step: 5, epoch: 0.25, train_loss: 2.5, grad_norm: null, learning_rate: 5e-5, 'rewards/a/mean': 0.5 },
        { step: 10, epoch: 0.5, eval_loss: 1.5 },
        { step: 10, epoch: 0.5, train_runtime: 9.5 },
      ],
      progress: {
        current_step: 10,
        total_steps: 20,
        progress: 50,
        current_epoch: 0.5,
        total_epochs: 1,
        loss: 2.5,
        eval_loss: 1.5,
        learning_rate: 5e-5,
      },
    });
  });

  it('is none while it is being written', () => {
    const text = JSON.stringify({ global_step: 1, max_steps: 2, log_history: [{ step: 1, loss: 2 }] });
    assert.ok(parseTrainerState(text) !== undefined);
    for (let end = 0; end < text.length; end += 1) assert.equal(parseTrainerState(text.slice(0, end)), undefined);
  });
});
