import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lmEval } from '../../../src/follow/formats/lmEval.ts';
import { filesOf, findRuns, jobIdOf } from '../../../src/follow/runs.ts';

type Cells = Record<string, unknown>;

/** Predictions of the lines of one file, less what is not looked at. */
function rowsOf(lines: readonly Cells[], ...fields: string[]): unknown[][] {
  const file = { run: '/run', reading: 'lines', step: 1, source: 'task' } as const;
  const maker = lmEval.maker(file, { columns: [] });
  const rows = lines.flatMap((cells, index) => maker.make({ line: index + 1, cells }));
  return rows.map((row) => fields.map((field) => row[field]));
}

/** As versions write it that list the metrics. */
const line = (more: Cells): Cells => ({
  ...{ doc_id: 0, doc: { question: 'q' }, target: '18', filter: 'none', metrics: ['exact_match'] },
  ...{ arguments: { gen_args_0: { arg_0: 'Q', arg_1: { until: ['\n'] } } }, resps: [['18']], filtered_resps: ['18'] },
  ...{ doc_hash: 'd', prompt_hash: 'p', target_hash: 't', exact_match: 1 },
  ...more,
});
const requests = (...pairs: [string, string][]) =>
  Object.fromEntries(pairs.map(([arg_0, arg_1], index) => [`gen_args_${index}`, { arg_0, arg_1 }]));
/** A row that was answered by choosing: log-likelihoods are texts, as is what says whether the choice is greedy. */
const chosen = (target: unknown, asked: Cells, ...likelihoods: number[]): Cells => {
  const pairs = likelihoods.map((likelihood) => [String(likelihood), 'False']);
  return line({
    target,
    arguments: asked,
    resps: pairs.map((pair) => [pair]),
    filtered_resps: pairs,
    metrics: ['acc'],
    acc: 1,
  });
};

describe('samples of lm-evaluation-harness', () => {
  it('of versions that name no filter are told apart by how often a document came', () => {
    const old = (doc_id: number, answer: string, exact_match: number): Cells => ({
      ...{ doc_id, doc: {}, target: '18', arguments: [['Q', { until: ['\n'] }]], resps: [['It is 18.']] },
      ...{ filtered_resps: [answer], doc_hash: 'd', prompt_hash: 'p', target_hash: 't', exact_match },
    });
    const lines = [old(0, '[invalid]', 0), old(1, '18', 1), old(0, '18', 1), old(1, '18', 1)];
    assert.deepEqual(rowsOf(lines, 'sample_source', 'sample_index', 'prediction', 'scores', 'resps'), [
      ['task', 0, '[invalid]', { exact_match: 0 }, [['It is 18.']]],
      ['task', 1, '18', { exact_match: 1 }, [['It is 18.']]],
      ['task/filter-2', 0, '18', { exact_match: 1 }, [['It is 18.']]],
      ['task/filter-2', 1, '18', { exact_match: 1 }, [['It is 18.']]],
    ]);
  });

  it('keep the chat that was asked of a server', () => {
    const messages = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'Q' },
    ];
    const asked = { gen_args_0: { arg_0: [JSON.stringify(messages)], arg_1: { until: ['\n'] } } };
    assert.deepEqual(rowsOf([line({ arguments: asked })], 'prompt', 'messages', 'prediction'), [
      ['system: s\nuser: Q', messages, '18'],
    ]);
  });

  it('have what the choices differ in as the answer, where that stands in the question', () => {
    const asked = requests(['Ann told Eve that Ann', ' won.'], ['Ann told Eve that Eve', ' won.']);
    assert.deepEqual(rowsOf([chosen('1', asked, -3, -2)], 'prompt', 'prediction', 'ground_truth'), [
      ['Ann told Eve that ', 'Eve won.', 'Eve won.'],
    ]);
  });

  it('choose among what was asked about, not among the same choices without a question', () => {
    const asked = requests(['Q', ' yes'], ['Q', ' no'], ['', 'yes'], ['', 'no']);
    assert.deepEqual(rowsOf([chosen('1', asked, -3, -2, -0.5, -0.25)], 'prompt', 'prediction', 'ground_truth'), [
      ['Q', 'no', 'no'],
    ]);
  });

  it('have one of several right choices as the truth: the one that was chosen', () => {
    const asked = requests(['Q', ' a'], ['Q', ' b'], ['Q', ' c']);
    const rows = [chosen('[0, 2]', asked, -3, -2, -1), chosen([0, 2], asked, -3, -1, -2)];
    assert.deepEqual(rowsOf(rows, 'prediction', 'ground_truth'), [
      ['c', 'c'],
      ['b', 'a'],
    ]);
  });

  it('have no answer where a text was only rated, and a word that would not be said is none', () => {
    const rated = line({
      ...{ target: 'A text.', arguments: { gen_args_0: { arg_0: 'A text.' } }, resps: [['-12.5']] },
      ...{ filtered_resps: ['-12.5'], metrics: ['word_perplexity'], word_perplexity: [-12.5, 2] },
    });
    const word = (greedy: string) => ({
      ...chosen(' word', requests(['Some', ' word'])),
      ...{ filtered_resps: [['-2.5', greedy]], metrics: ['perplexity', 'acc'], perplexity: -2.5 },
    });
    assert.deepEqual(
      rowsOf([rated, word('False'), word('True')], 'prompt', 'prediction', 'scores', 'word_perplexity'),
      [
        ['A text.', '', {}, [-12.5, 2]],
        ['Some', '', { acc: 1, perplexity: -2.5 }, undefined],
        ['Some', 'word', { acc: 1, perplexity: -2.5 }, undefined],
      ],
    );
  });

  it('have the metrics alone as scores, whatever their names', () => {
    const [row] = rowsOf(
      [line({ metrics: ['recall_at_1', 'strict'], recall_at_1: 0.5, strict: true, length: 7 })],
      ...['scores', 'length'],
    );
    assert.deepEqual(row, [{ recall_at_1: 0.5, strict: true }, 7]);
  });

  it('are judged by their first metric, and by none where the model was only asked', () => {
    assert.deepEqual(lmEval.judging(['bypass', 'acc', 'acc_norm']), { deciding_score: 'acc' });
    assert.deepEqual(lmEval.judging(['bypass']), {});
  });

  it('keep all answers of a document that was answered several times', () => {
    const several = line({ resps: [['a', 'b']], filtered_resps: [['a', 'b']] });
    assert.deepEqual(rowsOf([several, line({})], 'prediction', 'resps', 'filtered_resps'), [
      ['a', [['a', 'b']], [['a', 'b']]],
      ['18', undefined, undefined],
    ]);
  });

  it('of one checkpoint and task that was evaluated again are a revision; of another task they are not', async () => {
    const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'lm-eval-')));
    try {
      const stepsIn = async (model: string): Promise<unknown[][]> => {
        const run = path.join(folder, model);
        mkdirSync(run);
        for (const name of ['a_2026-04-02T10-00-00.5', 'a_2026-04-01T10-00-00', 'b_2026-04-02T10-00-00.5']) {
          writeFileSync(path.join(run, `samples_${name}.jsonl`), `${JSON.stringify(line({}))}\n`);
        }
        const [of, ...others] = await findRuns(run, undefined);
        assert.ok(of !== undefined && others.length === 0);
        const files = await filesOf(of);
        return files.map(({ file }) => [file.source, file.step, file.revision]);
      };
      assert.deepEqual(await stepsIn('__out__checkpoint-100'), [
        ['a', 100, 0],
        ['a', 100, 1],
        ['b', 100, 0],
      ]);
      await stepsIn('__out__checkpoint-20');
      await stepsIn('__other__checkpoint-20');
      assert.deepEqual(await stepsIn('org__model'), [
        ['a', 1, undefined],
        ['a', 2, undefined],
        ['b', 2, undefined],
      ]);
      // What was evaluated of one run is one run.
      const runs = await findRuns(folder, undefined);
      assert.deepEqual(
        runs.map((run) => [path.relative(folder, run.path), run.base, jobIdOf(run).slice(0, -7)]),
        [
          ['__other__checkpoint-*', folder, 'other'],
          ['__out__checkpoint-*', folder, 'out'],
          ['org__model', path.join(folder, 'org__model'), 'org__model'],
        ],
      );
      const ofBoth = await findRuns(path.join(folder, '__out__checkpoint-*'), undefined);
      assert.deepEqual(
        ofBoth.map((run) => [run.path, run.scope]),
        [[path.join(folder, '__out__checkpoint-*'), folder]],
      );
      const steps = (await Promise.all(ofBoth.map((run) => filesOf(run)))).flat().map(({ file }) => file.step);
      assert.deepEqual(steps, [20, 20, 20, 100, 100, 100]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
