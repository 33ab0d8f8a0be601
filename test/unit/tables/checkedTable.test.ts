import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { harmless } from '../../../src/csv.ts';
import { exportText } from '../../../src/panel/export/exportFormats.ts';
import { checkTable, columnsOf } from '../../../src/tables/checkedTable.ts';
import { assign, missingRoles, recognise } from '../../../src/tables/columns.ts';
import { ImportError } from '../../../src/tables/tableError.ts';
import { openTable } from '../../../src/tables/tableFile.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { oddTexts } from '../../support/hostileTexts.ts';
import { aPrediction } from '../../support/predictions.ts';

describe('importing a table', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'import-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  type Row = Record<string, unknown>;

  /** What would be sent of a file with this content. */
  async function read(content: string | Buffer, chosen: Parameters<typeof assign>[2] = {}): Promise<Row[]> {
    const file = path.join(folder, 'table');
    writeFileSync(file, content);
    const table = await openTable(file);
    const columns = await columnsOf(table);
    const mapping = assign(columns, recognise(columns), chosen);
    const checked = await checkTable(table, mapping, () => {});
    let text = '';
    for await (const piece of checked.lines(() => {})) text += piece;
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
    assert.equal(rows.length, checked.count);
    return rows;
  }

  const exported = (rows: Row[], format: 'jsonl' | 'csv') =>
    [...exportText(() => rows as Prediction[], format)].map(({ text }) => text).join('');
  const jsonl = (...rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const isKnown = (name: string) => name === '__proto__' || ['job_id', 'user_id', 'seq'].includes(name);
  const only = (rows: Row[], ...names: string[]) => rows.map((row) => names.map((name) => row[name]));
  const refused = (content: string, message: RegExp) =>
    assert.rejects(read(content), (error) => {
      assert.ok(error instanceof ImportError, String(error));
      assert.match(error.message, message);
      return true;
    });

  describe('from what people have', () => {
    const own: Row[] = [
      { ...aPrediction({ id: 'a', sample_index: 0, prompt: '=1+1', prediction: "'-5" }), reward: { total: 0.5 } },
      aPrediction({ id: 'b', sample_index: 1, prompt: 'a "b",\r\nc', prediction: '', ground_truth: null }),
      { ...aPrediction({ id: 'c', epoch: 2, validation_pass: true, validation_errors: ['x'] }), note: '007' },
    ];

    it('takes our own JSON Lines as they are, less what belongs to the job they came from', async () => {
      const told = own.map((row, index) => ({ ...row, job_id: 'j', user_id: 'u', seq: index + 1 }));
      const rows = await read(exported(told, 'jsonl'));
      assert.deepEqual(
        rows.map((row) => JSON.stringify(row)),
        own.map(({ job_id: _, user_id: __, ...row }) => JSON.stringify(row)),
      );
    });

    it('takes fields of our own JSON Lines by their names alone, also those that come late or only look like others', async () => {
      const odd = {
        label: 'l',
        target: 't',
        Step: 'x',
        'Job ID': 'j',
        userId: 1,
        SEQ: [2],
        question: null,
        docId: 'd',
      };
      const early = Array.from({ length: 300 }, (_, index) => {
        const { ground_truth: _truth, ...row } = aPrediction({ id: `early-${index}`, sample_index: index });
        return { ...row, ...odd };
      });
      const late = { ...aPrediction({ id: 'late', validation_pass: true }), prompt_id: 'p', late: { deep: [1, null] } };
      const told = [...early, late].map(({ job_id: _, ...row }) => row);
      assert.deepEqual(await read(exported(told, 'jsonl')), told);
    });

    it('takes a field that no row of the first hundreds has', async () => {
      const row = { epoch: 1, step: 1, sample_index: 0, prompt: 'p', prediction: 'a' };
      const late = { ...row, validation_pass: true, latency_ms: 1.5, ID: 'theirs', user_id: 'u' };
      const rows = await read(jsonl(...Array.from({ length: 300 }, () => row), late));
      assert.deepEqual(rows.at(-1), { ...row, validation_pass: true, latency_ms: 1.5, ID: 'theirs' });
    });

    it('takes our own CSV so that exporting it again gives the same file', async () => {
      const mine = own.map(({ job_id: _, ...row }) => row);
      const csv = exported(mine, 'csv');
      const rows = await read(csv);
      assert.equal(exported(rows, 'csv'), csv);
      assert.deepEqual(only(rows, 'prompt', 'prediction', 'reward'), [
        ['=1+1', "'-5", { total: 0.5 }],
        ['a "b",\r\nc', '', null],
        [own[2]?.['prompt'], own[2]?.['prediction'], null],
      ]);
      assert.equal(rows[2]?.['note'], '007');
    });

    it('takes odd texts and odd names of fields of our own exports to the letter', async () => {
      const names = fc.uniqueArray(oddTexts, { maxLength: 4 }).map((odd) => odd.filter((name) => !isKnown(name)));
      const own = fc.record({ prompt: oddTexts, prediction: oddTexts, names, cells: fc.tuple(oddTexts, oddTexts) });
      await fc.assert(
        fc.asyncProperty(own, async ({ prompt, prediction, names: odd, cells }) => {
          // CSV has no types: there a field that nobody knows may be read as a number, but is written the same again.
          const fields = odd.map((name, index) => [name, `${cells[index % 2]} as a text`]);
          const { job_id: _, ...row } = { ...aPrediction({ prompt, prediction }), ...Object.fromEntries(fields) };
          assert.deepEqual(await read(exported([row], 'csv')), [row]);
          assert.deepEqual(await read(exported([row], 'jsonl')), [row]);
        }),
        { numRuns: 60 },
      );
    });

    it('keeps a text of our own CSV that could be a number, where it says so', async () => {
      const { job_id: _, ...row } = { ...aPrediction(), note: '-5', delta: -5 };
      assert.deepEqual(await read(exported([row], 'csv')), [row]);
    });

    it('takes predictions of the wire contract without ids, under names in any spelling', async () => {
      const rows = await read(
        'Epoch,Step,Sample Index,Prompt,Prediction,Ground Truth,Validation_Pass,latencyMs\n3,30,7,p,a,t,True,1.5\n',
      );
      assert.deepEqual(rows, [
        {
          epoch: 3,
          step: 30,
          sample_index: 7,
          prompt: 'p',
          prediction: 'a',
          ground_truth: 't',
          validation_pass: true,
          latency_ms: 1.5,
        },
      ]);
    });

    it('takes completions of TRL: their checkpoints are steps of epoch 0, samples go by the prompt', async () => {
      const rows = await read('step,prompt,completion\n50,a,1\n50,b,2\n25,b,3\n25,a,4\n');
      assert.deepEqual(only(rows, 'epoch', 'step', 'sample_index', 'prompt', 'prediction'), [
        [0, 50, 0, 'a', '1'],
        [0, 50, 1, 'b', '2'],
        [0, 25, 1, 'b', '3'],
        [0, 25, 0, 'a', '4'],
      ]);
    });

    it('takes completions of TRL’s GRPO, with rewards and advantage as numbers of their own names', async () => {
      const rows = await read('step,prompt,completion,accuracy_reward,advantage\n1,a,x,0.5,-0.25\n1,a,y,1.0,0.25\n');
      assert.deepEqual(only(rows, 'sample_index', 'accuracy_reward', 'advantage'), [
        [0, 0.5, -0.25],
        [0, 1, 0.25],
      ]);
      const chat = [{ role: 'user', content: 'What is 2+2?' }];
      const [row] = await read(jsonl({ step: 1, prompt: chat, completion: [{ role: 'assistant', content: '4' }] }));
      assert.deepEqual(row, {
        step: 1,
        prompt: 'What is 2+2?',
        messages: chat,
        prediction: '4',
        answer: [{ role: 'assistant', content: '4' }],
        sample_index: 0,
        epoch: 0,
      });
    });

    it('takes Axolotl’s prediction tables as one epoch', async () => {
      const rows = await read('id,Prompt,Correct Completion,Predicted Completion\n4,p,t,a\n5,q,u,b\n');
      assert.deepEqual(rows, [
        { sample_index: 4, prompt: 'p', ground_truth: 't', prediction: 'a', epoch: 1, step: 1 },
        { sample_index: 5, prompt: 'q', ground_truth: 'u', prediction: 'b', epoch: 1, step: 1 },
      ]);
    });

    it('takes samples of lm-evaluation-harness, of either form of arguments', async () => {
      const rows = await read(
        jsonl(
          {
            doc_id: 3,
            doc: { question: 'q' },
            target: '18',
            arguments: { gen_args_0: { arg_0: 'Q: q\nA:', arg_1: { until: ['\n'] } } },
            resps: [[' 18.']],
            filtered_resps: ['18'],
            exact_match: 1,
          },
          {
            doc_id: 4,
            doc: {},
            target: 0,
            arguments: [['Q: r', ' yes']],
            resps: [[['-1.5', 'False']]],
            filtered_resps: [['-1.5', 'False']],
            acc: 0,
          },
        ),
      );
      assert.deepEqual(
        only(rows, 'sample_index', 'prompt', 'ground_truth', 'prediction', 'epoch', 'exact_match', 'acc'),
        [
          [3, 'Q: q\nA:', '18', '18', 1, 1, undefined],
          [4, 'Q: r', ' yes', ' yes', 1, undefined, 0],
        ],
      );
      assert.deepEqual(rows[0]?.['doc'], { question: 'q' });
      assert.deepEqual(rows[0]?.['resps'], [[' 18.']]);
    });

    it('takes tables of Weights & Biases, as CSV, as objects and as lists with their names', async () => {
      const fields = ['sample_index', 'epoch', 'prompt', 'ground_truth', 'prediction'];
      const expected = [
        [0, 1, 'p', 't', 'a'],
        [1, 1, 'q', 'u', 'b'],
        [0, 2, 'p', 't', 'c'],
      ];
      const columns = ['question', 'output', 'label'];
      const data = [
        ['p', 'a', 't'],
        ['q', 'b', 'u'],
        ['p', 'c', 't'],
      ];
      const csv = [columns, ...data].map((line) => `${line.join(',')}\n`).join('');
      const objects = data.map((values) => Object.fromEntries(columns.map((name, index) => [name, values[index]])));
      assert.deepEqual(only(await read(csv), ...fields), expected);
      assert.deepEqual(only(await read(JSON.stringify(objects, null, 2)), ...fields), expected);
      assert.deepEqual(only(await read(JSON.stringify({ columns, data })), ...fields), expected);
      const messages = JSON.stringify([
        { role: 'system', content: 'be brief' },
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      ]);
      assert.deepEqual(only(await read(`messages;output\n"${messages.replaceAll('"', '""')}";x\n`), 'prompt'), [
        ['system: be brief\nuser: hi'],
      ]);
    });

    it('takes other columns where a person says which', async () => {
      const content = 'text,reply,gold,iteration\np,a,t,7\n';
      const columns = ['text', 'reply', 'gold', 'iteration'];
      assert.deepEqual(missingRoles(recognise(columns)), ['prediction', 'prompt']);
      const chosen = { prompt: 'text', prediction: 'reply', ground_truth: 'gold', epoch: 'iteration' };
      assert.deepEqual(await read(content, chosen), [
        { prompt: 'p', prediction: 'a', ground_truth: 't', epoch: 7, sample_index: 0, step: 7 },
      ]);
    });

    it('takes files that are packed, begin with a byte order mark or are of Windows', async () => {
      const csv = '\ufeffprompt,prediction\r\np,a\r\n';
      assert.deepEqual(only(await read(csv), 'prompt', 'prediction'), [['p', 'a']]);
      assert.deepEqual(only(await read(gzipSync(csv)), 'prompt', 'prediction'), [['p', 'a']]);
    });

    it('keeps names of samples, and numbers the samples in their order', async () => {
      const rows = await read(jsonl({ id: 'x', prompt: 'p', output: 'a' }, { id: 'y', prompt: 'p', output: 'b' }));
      assert.deepEqual(only(rows, 'sample_index', 'prompt_id'), [
        [0, 'x'],
        [1, 'y'],
      ]);
    });
  });

  describe('names what does not fit', () => {
    it('by line and column', async () => {
      await refused(
        'epoch,prompt,prediction\r\n1,"p\r\np",a\r\n\r\n"x",p,a\r\n',
        /^Line 5, column “epoch”: expected a whole number.*"x"$/,
      );
      await refused('prompt,prediction,step\n"two\nlines",a,1\np,a,soon\n', /^Line 4, column “step”: .*"soon"$/);
      await refused(jsonl({ prompt: 'p', output: 'a' }, { prompt: 'p' }), /^Line 2, column “output”: expected a text/);
      await refused(jsonl({ prompt: 'p', output: 'a', step: 'last' }), /^Line 1, column “step”: expected/);
      await refused('prompt,prediction\np,a,b\n', /^Line 2: 3 cells, but the first line names 2 columns$/);
      await refused('prompt,prompt\n', /^Line 1, column “prompt”: two columns/);
      await refused(
        '[\n {"prompt": "p", "output": "a", "epoch": 1},\n {"prompt": "p", "output": "a",\n "epoch": -1.5}\n]',
        /^Line 3, column “epoch”/,
      );
    });

    it('by line and character, where JSON ends to be JSON', async () => {
      await refused(`${jsonl({ prompt: 'p', output: 'a' })}{"prompt": "p", output: 1}\n`, /^Line 2, character 17: /);
      await refused('[{"prompt": "p"},\n{"prompt": "p"]', /^Line 2/);
      await refused('[{"prompt": "p", "output": ', /middle of its array$/);
      await refused(`${jsonl({ prompt: 'p', output: 'a' })}[1]\n`, /^Line 2: expected a JSON object, got 1$/);
    });

    it('by line, where a quote is not closed, a text is not UTF-8, an id comes twice', async () => {
      await refused('prompt,prediction\np,a\np,"b\n', /^Line 3: a quote is opened and never closed$/);
      const latin = Buffer.concat([Buffer.from('prompt,prediction\np,a\np,'), Buffer.from([0xe9, 0x0a])]);
      await assert.rejects(read(latin), /^ImportError: Line 3: this is not UTF-8/);
      const row = aPrediction({ id: 'same' });
      await refused(jsonl(row, row), /^Line 2, column “id”: line 1 has the same one$/);
    });

    it('as a whole, where there is nothing', async () => {
      await refused('', /^The file is empty\.$/);
      await refused('prompt,prediction\n', /^The file has no rows\.$/);
      await refused('[]', /^The file has no rows\.$/);
      await assert.rejects(read(gzipSync('prompt,prediction\np,a\n').subarray(0, 25)), /damaged/);
    });

    it('when the file changes between its two readings', async () => {
      const file = path.join(folder, 'changing');
      writeFileSync(file, 'prompt,prediction\np,a\n');
      const table = await openTable(file);
      const checked = await checkTable(table, recognise(await columnsOf(table)), () => {});
      writeFileSync(file, 'prompt,prediction\np,a longer one\n');
      await assert.rejects(async () => {
        for await (const _ of checked.lines(() => {}));
      }, /changes while it is read/);
    });
  });

  it('gives the same rows from JSON Lines, an array and CSV, wherever the texts are cut', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    const row = fc.record(
      {
        epoch: fc.nat(5),
        step: fc.nat(5),
        sample_index: fc.nat(5),
        prompt: text,
        prediction: text,
      },
      { noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
        assert.deepEqual(await read(jsonl(...rows)), rows);
        assert.deepEqual(await read(JSON.stringify(rows, null, 1)), rows);
        const csv = exported(rows, 'csv');
        // Without ids it is not known to be our own export, so a formula keeps what made it harmless.
        const plainTexts = rows.every(({ prompt, prediction }) =>
          [prompt, prediction].every((cell) => harmless(cell) === cell),
        );
        if (plainTexts) assert.deepEqual(await read(csv), rows);
      }),
      { numRuns: 60 },
    );
  });
});
