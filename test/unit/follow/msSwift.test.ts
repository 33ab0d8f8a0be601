import assert from 'node:assert/strict';
import { join, sep } from 'node:path';
import { msSwift } from '../../../src/follow/formats/msSwift.ts';

type Cells = Record<string, unknown>;

function rowsOf(cells: Cells, ...fields: string[]): unknown[][] {
  assert.ok(msSwift.knows(Object.keys(cells)), Object.keys(cells).join());
  const file = { run: '/run', reading: 'lines', step: 10, source: 'infer' } as const;
  const rows = msSwift.maker(file, { columns: [] }).make({ line: 1, cells });
  return rows.map((row) => fields.map((field) => row[field]));
}

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

describe('what ms-swift writes', () => {
  it('is judged by what reward functions gave, not by what is measured beside them', () => {
    const scores = ['entropy', 'num_turns', 'advantages', 'Accuracy', 'Format'];
    assert.deepEqual(msSwift.judging(scores), {
      deciding_score: 'Accuracy',
      scores: { Accuracy: { better: 'higher' }, Format: { better: 'higher' } },
    });
    assert.deepEqual(msSwift.judging(['entropy', 'advantages']), {});
  });

  it('has messages for prompts in its oldest completions', () => {
    const cells = {
      ...{ step: ['5', '5'], messages: [[user('q')], [user('r')]], completion: ['a', 'b'], reward: [1, 0.5] },
    };
    assert.deepEqual(rowsOf(cells, 'step', 'prompt', 'messages', 'prediction', 'scores'), [
      [5, 'q', [user('q')], 'a', { reward: 1 }],
      [5, 'r', [user('r')], 'b', { reward: 0.5 }],
    ]);
  });

  it('tells once of a step what the trainer logs of it again: at its end, and beside an evaluation', () => {
    const maker = msSwift.maker({ run: '/run', reading: 'lines' }, { columns: [] });
    const log = (step: string, completion: string[], entropy: number) => {
      const each = (value: unknown) => completion.map(() => value);
      const cells = {
        ...{ step: each(step), prompt: each('q'), completion, Accuracy: each(1), advantages: each(0) },
        ...{ entropy: each(entropy) },
      };
      return maker.make({ line: 1, cells }).map((row) => [row.step, row.prediction]);
    };
    // Two alike of one batch are two.
    assert.deepEqual(log('5', ['a', 'a', 'b'], 0.5), [
      [5, 'a'],
      [5, 'a'],
      [5, 'b'],
    ]);
    assert.deepEqual(log('5', ['a', 'b', 'c'], 0.25), [[5, 'c']]);
    assert.deepEqual(log('5', ['a', 'a', 'b'], 0.5), []);
    assert.deepEqual(log('6', ['a', 'b'], 0.5), [
      [6, 'a'],
      [6, 'b'],
    ]);
    // With Ray each answer is a line.
    const alone = { gen_step: 6, prompt: 'q', completion: 'a', reward: 1 };
    assert.deepEqual(
      [alone, alone].map((cells) => maker.make({ line: 1, cells }).length),
      [1, 1],
    );
  });

  it('ends with the answer, or in older versions with what was right', () => {
    const inferred = (last: string, more: Cells) => ({
      ...{ response: 'a', messages: [user('q'), assistant(last)], images: [], logprobs: null },
      ...more,
    });
    assert.deepEqual(rowsOf(inferred('a', { labels: null }), 'prompt', 'prediction', 'ground_truth'), [
      ['q', 'a', null],
    ]);
    assert.deepEqual(rowsOf(inferred('a', { labels: '72' }), 'prompt', 'prediction', 'ground_truth'), [
      ['q', 'a', '72'],
    ]);
    assert.deepEqual(rowsOf(inferred('72', {}), 'prompt', 'prediction', 'ground_truth'), [['q', 'a', '72']]);
    // What was right was taken from the end while training.
    const predicted = { response: 'a', labels: '72', messages: [user('q')] };
    assert.deepEqual(rowsOf(predicted, 'prompt', 'prediction', 'ground_truth'), [['q', 'a', '72']]);
  });

  it('has no scores where it is answers alone: what else stands there is the data set’s', () => {
    const cells = { response: 'a', labels: null, logprobs: null, tools: null, difficulty: 3, messages: [user('q')] };
    assert.deepEqual(rowsOf(cells, 'scores', 'difficulty', 'logprobs'), [[{}, 3, undefined]]);
  });

  it('is of a checkpoint that was merged as of the checkpoint itself', () => {
    const at = (folder: string) => msSwift.locate(join(sep, 'run', folder, 'infer_result', '20260401-120000.jsonl'));
    const found = { run: join(sep, 'run'), reading: 'lines', step: 10, source: 'infer' };
    assert.deepEqual([at('checkpoint-10'), at('checkpoint-10-merged')], [found, found]);
  });
});
