import assert from 'node:assert/strict';
import path from 'node:path';
import { checkTables } from '../../../src/tables/checkedTable.ts';
import { recognise } from '../../../src/tables/columns.ts';
import { pathFacts } from '../../../src/tables/files/pathFacts.ts';
import { jobParts, lookAtTables } from '../../../src/tables/jobTables.ts';
import type { Note } from '../../../src/tables/notes.ts';
import { ImportError } from '../../../src/tables/tableError.ts';
import { jsonLines, only, type Row, TableStage } from '../../support/importing.ts';

describe('the tables of a job', () => {
  let stage: TableStage;

  beforeEach(() => {
    stage = new TableStage();
  });
  afterEach(() => stage.close());

  async function read(...names: string[]): Promise<{ rows: Row[]; notes: Note[] }> {
    const paths = names.map((name) => path.join(stage.folder, name));
    const { tables } = await lookAtTables(paths);
    const chosen = tables.map(({ columns }) => ({ columns, mapping: recognise(columns) }));
    const { parts, notes } = await jobParts(paths, chosen);
    const checked = await checkTables(parts, () => {});
    let text = '';
    for await (const piece of checked.lines(() => {})) text += piece;
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
    return { rows, notes: [...notes, ...checked.notes] };
  }

  it('have steps and sources by the names that trainers give to files', () => {
    const facts = (...names: string[]) => names.map((name) => pathFacts(name));
    assert.deepEqual(
      facts('run/completions/completions_00050.parquet', 'rollouts/7.jsonl', 'x/validation_data/0.jsonl'),
      [{ step: 50 }, { step: 7, source: 'train' }, { step: 0, source: 'val' }],
    );
    assert.deepEqual(
      facts(
        'dumped_evals/global_step_20_evals/gsm8k.jsonl',
        'log/val_data_step12.jsonl',
        'log/train_data_step12.jsonl',
      ),
      [
        { step: 20, source: 'gsm8k' },
        { step: 12, source: 'val' },
        { step: 12, source: 'train' },
      ],
    );
    assert.deepEqual(
      facts(
        'rollouts/step_3/eval/all/traces.jsonl',
        'out/checkpoint-500/predict.jsonl',
        'eval/samples_10_0123456789abcdef0123.table.json',
      ),
      [{ step: 3, source: 'val' }, { step: 500 }, { step: 10, source: 'val' }],
    );
    assert.deepEqual(
      facts(
        'm/samples_mmlu_pro_2026-08-01T10-20-30.123456.jsonl',
        'epoch_3.csv',
        'predictions.jsonl',
        'v2-run.json.gz',
      ),
      [{ source: 'mmlu_pro' }, { epoch: 3 }, {}, {}],
    );
  });

  it('are one job of several files: steps by their names, those of the rows before them', async () => {
    for (const step of [2, 10, 1]) {
      stage.write(
        `run/step_${step}.jsonl`,
        jsonLines({ prompt: 'p', output: `a${step}` }, { prompt: 'q', output: 'b' }),
      );
    }
    const { rows } = await read('run');
    assert.deepEqual(
      only(rows, 'epoch', 'step', 'sample_index', 'prediction').filter((_, at) => at % 2 === 0),
      [
        [0, 1, 0, 'a1'],
        [0, 2, 0, 'a2'],
        [0, 10, 0, 'a10'],
      ],
    );
    stage.write('run/step_3.jsonl', jsonLines({ step: 4, prompt: 'p', output: 'c' }));
    assert.deepEqual(only((await read('run/step_3.jsonl')).rows, 'step'), [[4]]);
    assert.deepEqual(only((await read('run/step_2.jsonl', 'run/step_1.jsonl')).rows, 'step'), [[1], [1], [2], [2]]);
  });

  it('are one run where the harness evaluated several checkpoints of one model, and an evaluation each of several', async () => {
    const log = (model: string, time: string, answer: string) =>
      stage.write(
        `${model}/samples_gsm8k_${time}.jsonl`,
        jsonLines({ doc_id: 0, target: '18', arguments: [['Q', {}]], resps: [['x']], filtered_resps: [answer] }),
      );
    log('results/__a__checkpoint-100', '2026-08-02T10-00-00.5', '100 again');
    log('results/__a__checkpoint-100', '2026-08-01T10-00-00.5', '100');
    log('results/__a__checkpoint-20', '2026-08-03T10-00-00.5', '20');
    const columns = ['step', 'sample_index', 'sample_source', 'prediction', 'revision'] as const;
    const told = async () => only((await read('results')).rows, ...columns).toSorted();
    assert.deepEqual(
      await told(),
      [
        [100, 0, 'gsm8k', '100 again', 1],
        [100, 0, 'gsm8k', '100', undefined],
        [20, 0, 'gsm8k', '20', undefined],
      ].toSorted(),
    );
    // Of another model, step 20 is not the same.
    log('results/__b__checkpoint-20', '2026-08-04T10-00-00.5', 'b');
    assert.deepEqual(
      (await told()).map(([step]) => step),
      [1, 2, 3, 4],
    );
  });

  it('are an evaluation each where nothing tells a step, of each source by itself', async () => {
    stage.write('a.csv', 'prompt,output\np,1\nq,1\n');
    stage.write('b.jsonl', jsonLines({ prompt: 'q', output: '2' }, { prompt: 'p', output: '2' }));
    const { rows } = await read('a.csv', 'b.jsonl');
    assert.deepEqual(only(rows, 'epoch', 'step', 'sample_index', 'prediction'), [
      [1, 1, 0, '1'],
      [1, 1, 1, '1'],
      [2, 2, 1, '2'],
      [2, 2, 0, '2'],
    ]);
    stage.write('two/train/x.jsonl', jsonLines({ prompt: 'p', output: '1' }));
    stage.write('two/val/x.jsonl', jsonLines({ prompt: 'r', output: '1' }));
    assert.deepEqual(only((await read('two')).rows, 'sample_source', 'epoch', 'sample_index'), [
      ['train', 1, 0],
      ['val', 1, 1],
    ]);
    for (const epoch of [1, 2]) stage.write(`epochs/epoch_${epoch}.csv`, 'prompt,output\np,1\n');
    assert.deepEqual(only((await read('epochs')).rows, 'epoch', 'step'), [
      [1, 1],
      [2, 2],
    ]);
  });

  it('leave out of a folder what is none of its predictions, and say so', async () => {
    stage.write('run/1.jsonl', jsonLines({ input: 'p', output: 'a', score: 1, step: 1 }));
    stage.write('run/metrics.jsonl', jsonLines({ step: 1, loss: 0.5 }));
    stage.write('run/odd.json', '{"prompt": ');
    stage.write('run/final.jsonl', jsonLines({ prompt: 'p', output: 'z' }));
    stage.write('run/.hidden.jsonl', jsonLines({ prompt: 'p', output: 'h' }));
    stage.write('run/model.bin', 'x');
    const { rows, notes } = await read('run');
    assert.deepEqual(only(rows, 'step', 'prediction'), [[1, 'a']]);
    assert.deepEqual(
      notes.map((note) => (note.kind === 'skipped' ? [note.file, note.reason] : note.kind)),
      [
        ['odd.json', 'unreadable'],
        ['metrics.jsonl', 'columns'],
        ['final.jsonl', 'step'],
      ],
    );
  });

  it('are traces of prime-rl: the last answer that was sampled, of what can be trained, with all that leads to it', async () => {
    const trace = (trainable: boolean, ...answers: string[]) => ({
      agent: { trainable },
      nodes: [
        { message: { role: 'system', content: 's' } },
        { parent: 0, message: { role: 'user', content: 'q' } },
        ...answers.map((content, at) => ({ parent: at + 1, sampled: true, message: { role: 'assistant', content } })),
      ],
      rewards: { right: { score: 1.0, weight: 2.0 }, form: { score: 0.5, weight: 1.0 } },
      metrics: { turns: answers.length },
    });
    const rollout = (type: string, ...traces: unknown[]) => ({
      ...{
        id: 'r',
        env: { id: 'gsm8k' },
        group: { id: 'g' },
        run: { type, work: { type, step: 42 } },
        ok: true,
        traces,
      },
    });
    stage.write(
      'rollouts/step_42/train/all/traces.jsonl',
      jsonLines(rollout('train', trace(true, 'a', 'b'), trace(false, 'no'))),
    );
    stage.write('rollouts/step_42/train/effective/traces.jsonl', jsonLines(rollout('train', trace(true, 'a', 'b'))));
    stage.write('rollouts/step_42/eval/all/traces.jsonl', jsonLines(rollout('eval', trace(true, 'c'))));
    // Of older versions: a trace a line.
    stage.write(
      'rollouts/step_43/train_rollouts.jsonl',
      jsonLines({ id: 'r', ...trace(true, 'd'), task: { data: { answer: '72' } }, run: { type: 'train', step: 43 } }),
    );
    const { rows } = await read('rollouts');
    assert.equal(rows.pop()?.['ground_truth'], '72');
    assert.equal(rows.length, 2);
    assert.deepEqual(only(rows, 'step', 'sample_source', 'prompt', 'prediction', 'scores'), [
      [42, 'eval/gsm8k', 'system: s\nuser: q', 'c', { turns: 1, right: 1, form: 0.5, reward: 2.5 }],
      [42, 'train', 'system: s\nuser: q', 'assistant: a\nassistant: b', { turns: 2, right: 1, form: 0.5, reward: 2.5 }],
    ]);
  });

  it('are refused by name where somebody chose them', async () => {
    const refused = async (names: string[], message: RegExp): Promise<void> => {
      await assert.rejects(read(...names), (error) => {
        assert.ok(error instanceof ImportError, String(error));
        assert.match(error.message, message);
        return true;
      });
    };
    stage.write('a.jsonl', jsonLines({ step: 1, prompt: 'p', output: 'a' }));
    stage.write('b.jsonl', jsonLines({ step: 2, prompt: 'p', output: 'a' }, { step: 'x', prompt: 'p', output: 'a' }));
    stage.write('c.jsonl', jsonLines({ prompt: 'p', output: 'a' }));
    stage.write('state.json', JSON.stringify({ global_step: 2, log_history: [{ step: 1, loss: 2 }] }, null, 2));
    stage.write('numbers.csv', 'step,loss\n1,0.5\n2,nan\n');
    stage.write('texts.txt', 'Hello\nthere\n');
    stage.write('details.jsonl', jsonLines({ doc: { query: 'q' }, metric: {}, model_response: { text: ['a'] } }));
    stage.write('empty/notes.txt', 'x');
    await refused(['a.jsonl', 'b.jsonl'], /^b\.jsonl: Line 2, column “step”: expected a whole number/);
    await refused(['a.jsonl', 'c.jsonl'], /^c\.jsonl: neither its rows nor its name tell the step/);
    await refused(['state.json'], /^This holds metrics and no predictions/);
    await refused(['numbers.csv'], /^This holds metrics and no predictions/);
    await refused(['texts.txt'], /^Only one column was found \(“Hello”\): predictions have a prompt and an answer/);
    await refused(['details.jsonl'], /lighteval/);
    await refused(['empty'], /^This folder holds no JSON Lines, JSON, CSV or Parquet/);
  });

  it('name the file too where an id comes twice', async () => {
    const own = (id: string): Row => ({
      ...{ id, created_at: '2026-01-01T00:00:00Z', epoch: 1, step: 1, sample_index: 0, prompt: 'p', prediction: 'a' },
    });
    stage.write('a.jsonl', jsonLines(own('x')));
    stage.write('b.jsonl', jsonLines(own('y'), own('x')));
    await assert.rejects(
      read('a.jsonl', 'b.jsonl'),
      /b\.jsonl: Line 2, column “id”: a\.jsonl, line 1, has the same one/,
    );
  });
});
