import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { checkTable } from '../../../src/tables/checkedTable.ts';
import { missingRoles, recognise, truthCandidates } from '../../../src/tables/columns.ts';
import { ImportError } from '../../../src/tables/tableError.ts';
import { openTable } from '../../../src/tables/tableFile.ts';
import { pythonJson } from '../../support/follow.ts';
import { jsonLines, only, type Row, TableStage } from '../../support/importing.ts';

describe('what real files hold', () => {
  let stage: TableStage;

  before(() => {
    stage = new TableStage();
  });
  after(() => stage.close());

  const one = async (row: Row): Promise<Row> => {
    const [first, ...others] = await stage.rows(jsonLines(row));
    assert.equal(others.length, 0);
    return first ?? {};
  };
  const refused = async (content: string, message: RegExp): Promise<void> => {
    await assert.rejects(stage.read(content), (error) => {
      assert.ok(error instanceof ImportError, String(error));
      assert.match(error.message, message);
      return true;
    });
  };

  describe('in chats', () => {
    const call = { type: 'function', function: { name: 'add', arguments: { a: 2, b: 2 } } };
    const user = { role: 'user', content: '2+2?' };

    it('is tool calls, their results and the answer', async () => {
      const completion = [
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', name: 'add', content: '4' },
        { role: 'assistant', content: 'It is 4.' },
      ];
      const row = await one({ step: 1, prompt: [user], completion });
      assert.equal(row['prompt'], '2+2?');
      assert.equal(row['prediction'], 'assistant: add({"a":2,"b":2})\ntool add: 4\nassistant: It is 4.');
      assert.deepEqual([row['messages'], row['answer']], [[user], completion]);
    });

    it('is a call alone, its arguments a text, or of the older form', async () => {
      const text = { ...call, function: { name: 'add', arguments: '{"a": 2}' } };
      const row = await one({ prompt: '2+2?', completion: [{ role: 'assistant', tool_calls: [text] }] });
      assert.equal(row['prediction'], 'add({"a":2})');
      const older = { role: 'assistant', content: null, function_call: { name: 'now', arguments: '{}' } };
      assert.equal((await one({ prompt: 'p', response: older }))['prediction'], 'now({})');
    });

    it('is an empty answer of null, reasoning beside the answer, and a prompt that a system begins', async () => {
      const prompt = [{ role: 'system', content: 'be brief' }, user];
      const row = await one({ prompt, completion: [{ role: 'assistant', content: null }] });
      assert.deepEqual([row['prompt'], row['prediction']], ['system: be brief\nuser: 2+2?', '']);
      const thought = { role: 'assistant', reasoning_content: 'hm', content: '4' };
      assert.equal((await one({ prompt, completion: [thought] }))['prediction'], '4');
    });

    it('is pictures, each of which is another sample', async () => {
      const ask = (...parts: unknown[]) => [
        { role: 'user', content: [...parts, { type: 'text', text: 'What is this?' }] },
      ];
      const [row] = await stage.rows(jsonLines({ step: 1, prompt: ask({ type: 'image' }), completion: 'a cat' }));
      assert.equal(row?.['prompt'], '[image] What is this?');
      const url = (name: string) => ({ type: 'image_url', image_url: { url: `https://x.y/${name}.png` } });
      const rows = await stage.rows(
        jsonLines(
          { step: 1, prompt: ask(url('a')), completion: 'a cat' },
          { step: 1, prompt: ask(url('b')), completion: 'a dog' },
          { step: 2, prompt: ask(url('a')), completion: 'a tiger' },
          { step: 2, prompt: ask({ type: 'image' }), image: 'c.png', completion: 'a cow' },
          { step: 2, prompt: ask({ type: 'image' }), image: 'd.png', completion: 'a bird' },
          { step: 2, prompt: 'What is this?', images: [{ path: 'e.png' }], completion: 'a fish' },
          { step: 2, prompt: 'What is this?', images: [{ path: 'f.png' }], completion: 'an ant' },
        ),
      );
      assert.deepEqual(
        rows.map(({ sample_index }) => sample_index),
        [0, 1, 0, 2, 3, 4, 5],
      );
      assert.deepEqual([rows[0]?.['prompt'], rows[3]?.['prompt']], ['[image] What is this?', '[image] What is this?']);
      const audio = await one({ prompt: ask({ type: 'input_audio', input_audio: {} }), completion: 'b' });
      assert.equal(audio['prompt'], '[audio] What is this?');
    });

    it('is the right answer at the end of the messages, which is no part of the prompt', async () => {
      const messages = [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello!' },
      ];
      const row = await one({ response: 'Hello', labels: 'Hello!', messages });
      assert.deepEqual(only([row], 'prompt', 'prediction', 'ground_truth', 'messages'), [
        ['Hi', 'Hello', 'Hello!', messages.slice(0, 1)],
      ]);
      const unnamed = await one({ response: 'Hello', messages });
      assert.deepEqual(only([unnamed], 'prompt', 'ground_truth'), [['Hi', 'Hello!']]);
      const inferred = await one({ response: 'Hello!', labels: null, messages });
      assert.deepEqual(only([inferred], 'prompt', 'prediction', 'ground_truth'), [['Hi', 'Hello!', null]]);
      const below = await one({ prompt: messages, completion: 'Hello', target: 'Hello!' });
      assert.equal(below['prompt'], 'Hi');
      const beside = await one({ prompt: 'Hi', messages, completion: 'Hello' });
      assert.deepEqual(
        [beside['prompt'], beside['messages'], beside['original_messages']],
        ['Hi', undefined, messages],
      );
    });

    it('is the forms of a prediction beside its texts, as scripts send them', async () => {
      const sent = {
        ...{ epoch: 1, step: 2, sample_index: 3, prompt: '2+2?', prediction: '4', reasoning_content: 'hm' },
        ...{ messages: [user], answer: [{ role: 'assistant', content: '4' }] },
      };
      assert.deepEqual(await one(sent), sent);
      assert.deepEqual(await one({ ...sent, ground_truth: '4' }), { ...sent, ground_truth: '4' });
      const picture = (url: string) => [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }];
      const seen = await stage.rows(
        jsonLines(...['a', 'b', 'a'].map((name) => ({ prompt: '[image]', messages: picture(name), prediction: 'x' }))),
      );
      assert.deepEqual(
        seen.map(({ sample_index }) => sample_index),
        [0, 1, 0],
      );
      const truth = await one({ question: '2+2?', answer: '4', response: 'four' });
      assert.deepEqual(only([truth], 'prediction', 'ground_truth', 'answer'), [['four', '4', undefined]]);
    });

    it('is ShareGPT’s names, and messages that are written as a text', async () => {
      const conversations = [
        { from: 'human', value: 'Hi' },
        { from: 'gpt', value: 'Hello!' },
      ];
      const row = await one({ conversations, output: 'Hey' });
      assert.deepEqual(only([row], 'prompt', 'prediction', 'ground_truth'), [['Hi', 'Hey', 'Hello!']]);
      const text = await one({ messages: JSON.stringify([user]), output: '4' });
      assert.deepEqual([text['prompt'], text['messages']], ['2+2?', [user]]);
    });

    it('is objects that are no chat: they are kept as they are, and no text is picked out of them', async () => {
      const odd = { kind: 'cell', deep: { role: 'assistant' }, value: 3 };
      const row = await one({ prompt: odd, completion: { b: 'x', a: 'y' } });
      assert.equal(row['prompt'], JSON.stringify(odd));
      assert.equal(row['prediction'], '{"b":"x","a":"y"}');
      const answered = await one({
        prompt: 'p',
        response: { choices: [{ message: { role: 'assistant', content: 'a' } }] },
      });
      assert.equal(answered['prediction'], 'a');
    });
  });

  describe('in logs of lm-evaluation-harness', () => {
    const choose = (target: unknown, ...pairs: [string, string][]): Row => ({
      doc_id: 0,
      doc: { question: 'sky?' },
      target,
      arguments: {
        gen_args_0: { arg_0: 'Q: sky?\nA:', arg_1: ' red' },
        gen_args_1: { arg_0: 'Q: sky?\nA:', arg_1: ' blue' },
      },
      resps: pairs.map((pair) => [pair]),
      filtered_resps: pairs,
      filter: 'none',
      metrics: ['acc'],
      acc: 1,
    });

    it('is the likeliest of the choices, the right one, and how likely each is', async () => {
      const row = await one(choose('1', ['-9.5', 'False'], ['-1.2', 'True']));
      assert.deepEqual(only([row], 'prompt', 'prediction', 'ground_truth', 'acc', 'scores'), [
        [
          ...['Q: sky?\nA:', ' blue', ' blue', 1],
          { log_likelihood: -1.2, log_likelihood_0: -9.5, log_likelihood_1: -1.2 },
        ],
      ]);
      const wrong = await one(choose(0, ['-9.5', 'False'], ['-1.2', 'True']));
      assert.deepEqual(only([wrong], 'prediction', 'ground_truth'), [[' blue', ' red']]);
      const named = await one(choose(' red', ['-0.5', 'False'], ['-inf', 'True']));
      assert.deepEqual(only([named], 'prediction', 'ground_truth'), [[' red', ' red']]);
      assert.deepEqual(named['scores'], { log_likelihood: -0.5, log_likelihood_0: -0.5, log_likelihood_1: null });
    });

    it('is chosen among what was asked about, not among the same choices without a question', async () => {
      const row = await one({
        ...choose('0', ['-2.5', 'False'], ['-3.5', 'False'], ['-0.5', 'False'], ['-0.25', 'False']),
        arguments: [
          ['Q', ' red'],
          ['Q', ' blue'],
          ['', 'red'],
          ['', 'blue'],
        ],
        metrics: ['acc', 'acc_mutual_info'],
      });
      assert.deepEqual(only([row], 'prediction', 'ground_truth', 'scores'), [
        [' red', ' red', { log_likelihood: -2.5, log_likelihood_0: -2.5, log_likelihood_1: -3.5 }],
      ]);
    });

    it('was asked of a server as a chat', async () => {
      const messages = [{ role: 'user', content: 'Q' }];
      const row = await one({
        ...line(0, 'none', '18', 1),
        arguments: { gen_args_0: { arg_0: [JSON.stringify(messages)], arg_1: {} } },
      });
      assert.deepEqual(only([row], 'prompt', 'messages', 'prediction'), [['Q', messages, '18']]);
    });

    const line = (id: number, filter: string, answer: string, score: number): Row => ({
      doc_id: id,
      doc: { question: `q${id}` },
      target: '18',
      arguments: { gen_args_0: { arg_0: `Q: q${id}\nA:`, arg_1: { until: ['\n'] } } },
      resps: [['The answer is 18.']],
      filtered_resps: [answer],
      filter,
      metrics: ['exact_match'],
      exact_match: score,
    });

    it('is one answer, whatever the filters make of it, with the scores of each', async () => {
      const lines = [
        ...[0, 1, 2].map((id) => line(id, 'strict-match', '[invalid]', 0)),
        ...[0, 1, 2].map((id) => line(id, 'flexible-extract', '18', 1)),
      ];
      for (const order of [lines, [0, 3, 1, 4, 2, 5].map((place) => lines[place])]) {
        const { rows, notes } = await stage.read(jsonLines(...order));
        assert.deepEqual(only(rows, 'sample_index', 'epoch', 'prediction', 'ground_truth', 'exact_match'), [
          [0, 1, '[invalid]', '18', 0],
          [1, 1, '[invalid]', '18', 0],
          [2, 1, '[invalid]', '18', 0],
        ]);
        assert.deepEqual(rows[1]?.['scores'], { 'exact_match,strict-match': 0, 'exact_match,flexible-extract': 1 });
        assert.deepEqual(rows[1]?.['filtered_by'], { 'flexible-extract': '18' });
        assert.deepEqual(notes, [{ kind: 'filters', lines: 3, filters: ['strict-match', 'flexible-extract'] }]);
      }
    });

    it('is one answer in versions that name no filter, where the documents come again', async () => {
      const old = (id: number, answer: string, score: number): Row => {
        const { filter: _, metrics: __, ...row } = line(id, '', answer, score);
        return row;
      };
      const { rows, notes } = await stage.read(
        jsonLines(old(0, '[invalid]', 0), old(1, '18', 1), old(0, '18', 1), old(1, '18', 1)),
      );
      assert.deepEqual(only(rows, 'sample_index', 'prediction', 'scores', 'filtered_by'), [
        [0, '[invalid]', { 'exact_match,filter-1': 0, 'exact_match,filter-2': 1 }, { 'filter-2': '18' }],
        [1, '18', { 'exact_match,filter-1': 1, 'exact_match,filter-2': 1 }, { 'filter-2': '18' }],
      ]);
      assert.deepEqual(notes, [{ kind: 'filters', lines: 2, filters: ['filter-1', 'filter-2'] }]);
    });

    it('is 1,319 documents, which are 1,319 samples, in each evaluation', async () => {
      const ids = Array.from({ length: 1319 }, (_, id) => id);
      const filters = ['strict-match', 'flexible-extract'];
      const lines = filters.flatMap((filter) => ids.map((id) => line(id, filter, '18', 1)));
      const once = await stage.rows(jsonLines(...lines));
      assert.deepEqual(
        once.map(({ sample_index }) => sample_index),
        ids,
      );
      const twice = await stage.rows(jsonLines(...lines, ...lines));
      assert.equal(twice.length, 2 * 1319);
      assert.deepEqual(only([...twice.slice(0, 1), ...twice.slice(-1)], 'sample_index', 'epoch'), [
        [0, 1],
        [1318, 2],
      ]);
    });

    it('is choices whose beginnings differ, one continuation, and a text that was rated as a whole', async () => {
      const asked = (...requests: [string, string][]) =>
        Object.fromEntries(requests.map(([arg_0, arg_1], place) => [`gen_args_${place}`, { arg_0, arg_1 }]));
      const winogrande = await one({
        ...{
          doc_id: 0,
          target: '1',
          arguments: asked(['Ann thanked Bob as Ann', ' was kind.'], ['Ann thanked Bob as Bob', ' was kind.']),
        },
        ...{
          filtered_resps: [
            ['-3', 'False'],
            ['-2', 'False'],
          ],
          metrics: ['acc'],
          acc: 1,
        },
      });
      assert.deepEqual(only([winogrande], 'prompt', 'prediction', 'ground_truth'), [
        ['Ann thanked Bob as ', 'Bob was kind.', 'Bob was kind.'],
      ]);
      const lambada = (greedy: string): Row => ({
        ...{ doc_id: 0, target: ' word', arguments: asked(['The last', ' word']) },
        ...{ filtered_resps: [['-1.5', greedy]], metrics: ['acc'], acc: Number(greedy === 'True') },
      });
      assert.deepEqual(
        only([await one(lambada('True')), await one(lambada('False'))], 'prediction', 'ground_truth', 'scores'),
        [
          [' word', ' word', { log_likelihood: -1.5, log_likelihood_0: -1.5 }],
          ['', ' word', { log_likelihood: -1.5, log_likelihood_0: -1.5 }],
        ],
      );
      const rated = await one({
        ...{
          doc_id: 0,
          target: 'A page.',
          arguments: { gen_args_0: { arg_0: 'A page.' } },
          filtered_resps: ['-123.5'],
        },
        ...{ metrics: ['word_perplexity'], word_perplexity: [-123.5, 2] },
      });
      assert.deepEqual(only([rated], 'prompt', 'prediction', 'scores'), [
        ['A page.', '', { log_likelihood: -123.5, log_likelihood_0: -123.5 }],
      ]);
    });

    it('is a document that one filter says nothing of', async () => {
      const lines = [line(0, 'strict', 'a', 1), line(1, 'flexible', 'b', 0), line(0, 'flexible', 'c', 0)];
      const rows = await stage.rows(jsonLines(...lines));
      assert.deepEqual(only(rows, 'sample_index', 'prediction'), [
        [0, 'a'],
        [1, 'b'],
      ]);
    });
  });

  describe('in lists', () => {
    it('is a row for each value of objects of lists', async () => {
      assert.deepEqual(
        only(await stage.rows(jsonLines({ prompt: ['p', 'q'], completion: ['a', 'b'] })), 'prompt', 'prediction'),
        [
          ['p', 'a'],
          ['q', 'b'],
        ],
      );
      const swift = {
        step: ['1', '1'],
        prompt: ['p', 'q'],
        completion: ['a', 'b'],
        accuracy: [1.0, 0.0],
        advantages: [0.5, -0.5],
      };
      const rows = await stage.rows(jsonLines(swift, { ...swift, step: ['2', '2'] }));
      assert.deepEqual(only(rows, 'step', 'sample_index', 'prediction', 'accuracy', 'advantages'), [
        [1, 0, 'a', 1, 0.5],
        [1, 1, 'b', 0, -0.5],
        [2, 0, 'a', 1, 0.5],
        [2, 1, 'b', 0, -0.5],
      ]);
    });

    it('leaves out what a log tells again of its step, as trainers do at the end, and says so', async () => {
      const batch = { step: ['1', '1'], prompt: ['p', 'p'], completion: ['a', 'a'], reward: [1, 1] };
      const later = { ...batch, step: ['2', '2'] };
      const { rows, notes } = await stage.read(jsonLines(batch, later, { ...later, entropy: [0.5, 0.6] }));
      assert.deepEqual(notes, [{ kind: 'toldAgain', count: 2 }]);
      assert.deepEqual(only(rows, 'step', 'sample_index', 'prediction'), [
        [1, 0, 'a'],
        [1, 0, 'a'],
        [2, 0, 'a'],
        [2, 0, 'a'],
      ]);
    });

    it('is chats in lists, one value for all, and several answers to one prompt', async () => {
      const chats = ['p', 'q'].map((content) => [{ role: 'user', content }]);
      const rows = await stage.rows(jsonLines({ step: 3, prompt: chats, completion: ['a', 'b'], reward: [1, 0] }));
      assert.deepEqual(only(rows, 'step', 'prompt', 'reward'), [
        [3, 'p', 1],
        [3, 'q', 0],
      ]);
      const answers = await stage.rows(
        jsonLines({ prompt: 'p', response: ['a', 'b', 'c'], reward: [1, 0, 0.5], target: ['x', 'y', 'z'] }),
      );
      assert.deepEqual(
        only(answers, 'sample_index', 'epoch', 'completion_index', 'prediction', 'reward', 'ground_truth'),
        [
          [0, 1, 0, 'a', 1, 'x'],
          [0, 1, 1, 'b', 0, 'x'],
          [0, 1, 2, 'c', 0.5, 'x'],
        ],
      );
      const nemo = {
        content: [
          [
            { role: 'user', content: 'q' },
            { role: 'assistant', content: 'a' },
          ],
        ],
        rewards: [1.0],
        idx: 0,
      };
      assert.deepEqual(only([await one(nemo)], 'prompt', 'prediction', 'rewards'), [['q', 'a', 1]]);
    });

    it('is refused where the lists do not fit each other', async () => {
      await refused(
        jsonLines({ prompt: ['p', 'q'], completion: ['a'] }),
        /^Line 1: “prompt” has 2 values, and “completion” has 1$/,
      );
    });

    it('is arrays that were appended one after the other', async () => {
      const rows = (...texts: string[]) => texts.map((prompt) => ({ prompt, output: prompt }));
      const expected = [['p'], ['q'], ['p']];
      const [a, b] = [rows('p', 'q'), rows('p')];
      for (const content of [
        `${JSON.stringify(a)}\n${JSON.stringify(b)}\n`,
        `${JSON.stringify(a, null, 2)}${JSON.stringify(b, null, 2)}`,
        `${JSON.stringify(a)},\n${JSON.stringify(b)}`,
        `${jsonLines(...a)}${JSON.stringify(b)}`,
        `${JSON.stringify(a[0])}${JSON.stringify(a[1])}\n${JSON.stringify(b[0])}`,
        [...a, ...b].map((row) => JSON.stringify(row, null, 1)).join('\n'),
        JSON.stringify([a, b]),
      ]) {
        assert.deepEqual(only(await stage.rows(content), 'prompt'), expected, content);
      }
    });
  });

  describe('in columns', () => {
    it('is an instruction with what it is about below it', async () => {
      const say = (input: string, what = 'Say hi') => ({ instruction: what, input, output: 'x' });
      const rows = await stage.rows(jsonLines(say(''), say('', 'Say bye'), say('in French'), say('  ')));
      assert.deepEqual(only(rows, 'prompt', 'sample_index'), [
        ['Say hi', 0],
        ['Say bye', 1],
        ['Say hi\nin French', 2],
        ['Say hi', 0],
      ]);
    });

    it('is answers to one prompt with scores, numbers as texts too', async () => {
      const row = (fields: Row) => ({
        input: 'user\nq\nassistant\n',
        output: 'a',
        gts: '72',
        score: 1.0,
        step: 5,
        acc: true,
        ...fields,
      });
      const rows = await stage.rows(
        jsonLines(
          row({}),
          row({ output: 'b', score: '0.5', acc: 'False' }),
          row({ gts: ['72', '72.0'], score: 'nan' }),
        ),
      );
      assert.deepEqual(only(rows, 'sample_index', 'epoch', 'step', 'ground_truth', 'score', 'acc'), [
        [0, 0, 5, '72', 1, true],
        [0, 0, 5, '72', 0.5, false],
        [0, 0, 5, '72', null, true],
      ]);
      assert.deepEqual(rows[2]?.['gts'], ['72', '72.0']);
    });

    it('is several answers that stand one behind the other, which are no evaluations', async () => {
      const row = (input: string, output: string) => ({ input, output, score: 1 });
      const { rows, notes } = await stage.read(jsonLines(row('p', 'a'), row('p', 'b'), row('q', 'c'), row('q', 'd')));
      assert.deepEqual(only(rows, 'sample_index', 'epoch'), [
        [0, 1],
        [0, 1],
        [1, 1],
        [1, 1],
      ]);
      assert.deepEqual(notes, [{ kind: 'completions', count: 2 }]);
    });

    it('is digits that no double holds', async () => {
      for (const [seed, given] of [
        ['12345678901234567890', '12345678901234567890'],
        ['-9007199254740993', '-9007199254740993'],
        ['9223372036854775808', '9223372036854775808'],
        ['0.12345678901234567891', '0.12345678901234567891'],
      ]) {
        const { lines } = await stage.read(`{"prompt":"p","output":"a","seed":${given}}\n`);
        assert.match(lines[0] ?? '', new RegExp(`"seed":${seed?.replace('.', '\\.')}[,}]`));
        const { lines: listed } = await stage.read(`[{"prompt":"p","output":"a","deep":{"seed":[${given}]}}]`);
        assert.match(listed[0] ?? '', new RegExp(`\\[${seed?.replace('.', '\\.')}\\]`));
        const { lines: tabled } = await stage.read(
          `{"columns":["prompt","output","seed"],"data":[["p","a",${given}]]}`,
        );
        assert.match(tabled[0] ?? '', new RegExp(`"seed":${seed?.replace('.', '\\.')}[,}]`));
      }
    });

    it('is the names of Axolotl, LLaMA-Factory, SkyRL, ms-swift and others', async () => {
      const axolotl = (id: number, truth: string) => [id, `p${id}`, truth, `a${id}`, `b${id}`];
      const columns = [
        ...['id', 'Prompt', 'Correct Completion', 'Predicted Completion (model.generate)'],
        'Predicted Completion (trainer.prediction_step)',
      ];
      const data = [0, 1, 0, 1, 0, 1].map((id) => axolotl(id, 't'));
      const rows = await stage.rows(JSON.stringify({ columns, data }));
      assert.deepEqual(only(rows, 'sample_index', 'epoch', 'step', 'prediction', 'ground_truth'), [
        ...[1, 2, 3].flatMap((epoch) => [0, 1].map((id) => [id, epoch, epoch, `a${id}`, 't'])),
      ]);
      const factory = await one({ prompt: '<|im_start|>user…', predict: 'Hello', label: 'Hello!' });
      assert.deepEqual(only([factory], 'prompt', 'prediction', 'ground_truth'), [
        ['<|im_start|>user…', 'Hello', 'Hello!'],
      ]);
      const sky = await one({
        ...{
          input_prompt: 'q',
          output_response: 'a',
          score: [0, 0.25, 0.5],
          stop_reason: 'stop',
          data_source: 'gsm8k',
        },
        env_extras: { reward_spec: { ground_truth: '4' } },
      });
      assert.deepEqual(only([sky], 'prompt', 'prediction', 'ground_truth', 'score', 'sample_source'), [
        ['q', 'a', '4', 0.75, 'gsm8k'],
      ]);
      const ray = await one({ gen_step: 7, prompt: 'q', completion: 'a' });
      assert.deepEqual([ray['step'], ray['epoch']], [7, 0]);
      const query = await one({
        query: 'q',
        generated_text: 'a',
        references: ['x', 'y'],
        rollout_n: 3,
        answer_key: 'B',
      });
      assert.deepEqual(only([query], 'prompt', 'prediction', 'ground_truth', 'completion_index'), [['q', 'a', 'x', 3]]);
    });

    it('is an answer that is right or the model’s, as the other columns say', async () => {
      const roles = (...columns: string[]) => recognise(columns).roles;
      assert.deepEqual(roles('question', 'answer', 'response'), {
        prompt: 'question',
        prediction: 'response',
        ground_truth: 'answer',
      });
      assert.deepEqual(roles('question', 'answer', 'target'), {
        prompt: 'question',
        prediction: 'answer',
        ground_truth: 'target',
      });
      assert.deepEqual(missingRoles(recognise(['question', 'answer'])), ['prediction']);
      assert.deepEqual(
        truthCandidates(['input', 'output', 'prediction'], recognise(['input', 'output', 'prediction'])),
        ['output'],
      );
      assert.deepEqual(truthCandidates(['prompt', 'completion'], recognise(['prompt', 'completion'])), []);
    });

    it('means the same in whatever order they stand', () => {
      const columns = [
        'Prompt',
        'prompt',
        'output',
        'prediction',
        'answer',
        'ID',
        'id',
        'split',
        'data_source',
        'Epoch',
      ];
      const expected = recognise(columns);
      for (let at = 0; at < columns.length; at += 1) {
        const turned = [...columns.slice(at), ...columns.slice(0, at)];
        assert.deepEqual(recognise(turned), expected);
        assert.deepEqual(recognise(turned.reverse()), expected);
      }
    });

    it('is chats in CSV, as JSON and as Python writes them', async () => {
      const chat = [{ role: 'user', content: 'it\'s "2+2"?\n' }];
      const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
      for (const text of [
        JSON.stringify(chat),
        `[{'role': 'user', 'content': 'it\\'s "2+2"?\\n'}]`,
        `[{'role': 'user', 'content': 'it\\'s "2+2"?\\x0a', }]`,
      ]) {
        const rows = await stage.rows(`step,prompt,completion,reward\n1,${cell(text)},4,0.5\n1,plain,5,1.0\n`);
        assert.deepEqual(
          only(rows, 'prompt', 'messages', 'reward'),
          [
            ['it\'s "2+2"?\n', chat, 0.5],
            ['plain', undefined, 1],
          ],
          text,
        );
      }
      // NumPy leaves the commas out.
      const numpy = `[{'role': 'system', 'content': 'be brief', 'n': None}\n {'role': 'user', 'content': 'hi', 'n': 1.5}]`;
      const [row] = await stage.rows(`prompt,completion\n${cell(numpy)},x\n`);
      assert.equal(row?.['prompt'], 'system: be brief\nuser: hi');
      const [text] = await stage.rows(`prompt,completion\n${cell("[{'a': 1}]")},"{x}"\n`);
      assert.deepEqual([text?.['prompt'], text?.['prediction']], ["[{'a': 1}]", '{x}']);
    });

    it('is an index that pandas adds, which is no score, and the line by which Excel is told the delimiter', async () => {
      for (const name of ['', 'Unnamed: 0']) {
        const rows = await stage.rows(`${name},step,prompt,completion\n0,1,p,a\n1,2,p,b\n`);
        assert.deepEqual(only(rows, 'index', 'step', 'prediction'), [
          [0, 1, 'a'],
          [1, 2, 'b'],
        ]);
      }
      const excel = 'sep=;\r\nstep;prompt;completion\r\n1;p,q;a\r\n';
      assert.deepEqual(only(await stage.rows(excel), 'step', 'prompt'), [[1, 'p,q']]);
      await refused(`${excel}x;p;a\r\n`, /^Line 4, column “step”/);
    });

    it('is numbers that are nowhere told, which are none', async () => {
      const empty = { epoch: null, step: null, id: null };
      const rows = await stage.rows(jsonLines(...['p', 'q', 'p'].map((prompt) => ({ ...empty, prompt, output: 'a' }))));
      assert.deepEqual(rows[2], { prompt: 'p', prediction: 'a', sample_index: 0, epoch: 2, step: 2 });
      const csv = await stage.rows('epoch,step,prompt,output\n1,,p,a\n2,,p,b\n');
      assert.deepEqual(only(csv, 'epoch', 'step'), [
        [1, 1],
        [2, 2],
      ]);
      const byEpoch = await stage.rows(jsonLines({ epoch: 3, step: null, prompt: 'p', output: 'a' }));
      assert.deepEqual(only(byEpoch, 'epoch', 'step'), [[3, 3]]);
      await refused(
        jsonLines({ step: 1, prompt: 'p', output: 'a' }, { step: null, prompt: 'p', output: 'a' }),
        /^Line 2, column “step”: expected a whole number from 0 on, got nothing$/,
      );
    });

    it('is a right answer, and a step, that first come far down', async () => {
      const early = Array.from({ length: 250 }, (_, at) => ({ prompt: `p${at}`, output: 'a' }));
      const rows = await stage.rows(jsonLines(...early, { prompt: 'late', output: 'a', target: 't' }));
      assert.deepEqual(only(rows.slice(-2), 'prompt', 'ground_truth'), [
        ['p249', undefined],
        ['late', 't'],
      ]);
    });

    it('is ids that name rows where the prompts come again', async () => {
      const rows = [1, 2].flatMap((step) => ['p', 'q'].map((prompt) => ({ step, prompt, output: 'a' })));
      const numbered = await stage.read(jsonLines(...rows.map((row, id) => ({ id, ...row }))));
      assert.deepEqual(only(numbered.rows, 'sample_index', 'original_id'), [
        [0, 0],
        [1, 1],
        [0, 2],
        [1, 3],
      ]);
      assert.deepEqual(numbered.notes, [{ kind: 'rowIds', column: 'id' }]);
      const named = await stage.rows(jsonLines(...rows.map((row, id) => ({ id: `row-${id}`, ...row }))));
      assert.deepEqual(only(named, 'sample_index', 'prompt_id'), [
        [0, undefined],
        [1, undefined],
        [0, undefined],
        [1, undefined],
      ]);
      const samples = await stage.rows(jsonLines(...rows.map((row, id) => ({ id: id % 2, ...row }))));
      assert.deepEqual(only(samples, 'sample_index', 'original_id'), [
        [0, undefined],
        [1, undefined],
        [0, undefined],
        [1, undefined],
      ]);
    });
  });

  describe('that no schema takes', () => {
    it('is NaN and infinities, which the server is told of', async () => {
      const row =
        '{"step":1,"prompt":"p","output":"a","reward":NaN,"exact_match":-Infinity,"scores":{"b":Infinity,"c":1}}';
      const table = '{"columns":["step","prompt","output","reward"],"data":[[1,"p","a",NaN],[2,"p","b",0.5]]}';
      for (const content of [`${row}\n`, `[${row}]`, `[\n${row}\n]`]) {
        const { rows, lines, notes } = await stage.read(content);
        assert.deepEqual(only(rows, 'reward', 'exact_match', 'scores'), [[null, null, { b: null, c: 1 }]]);
        assert.equal(lines[0]?.match(/NaN/g)?.length, 3);
        assert.deepEqual(notes, [{ kind: 'notFinite', count: 3 }]);
      }
      const { rows, notes } = await stage.read(table);
      assert.deepEqual(only(rows, 'reward'), [[null], [0.5]]);
      assert.deepEqual(notes, [{ kind: 'notFinite', count: 1 }]);
      const texts = await one(JSON.parse('{"prompt":"NaN","output":"Infinity"}') as Row);
      assert.deepEqual([texts['prompt'], texts['prediction']], ['NaN', 'Infinity']);
      await refused('{"prompt":"p","output":Nan}\n', /^Line 1, character 24: this is not valid JSON: Nan stands here/);
    });

    it('is what tables of Weights & Biases hold: its tokens in any row, and the texts of its histories', async () => {
      const columns = ['prompt', 'response', 'target', 'reward', 'eval/loss', 'kl', 'note'];
      const data = [
        ['q', 'a', '72', 1.5, 0.5, 1, 'x'],
        ['r', 'b', '4', Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 'y'],
        ['NaN', 'Infinity', 'NaN', 'NaN', 'Infinity', '-Infinity', 'NaN'],
      ];
      const objects = data.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]])));
      const contents = [pythonJson({ columns, data, ncols: 7, nrows: 3 }), objects.map(pythonJson).join('\n')];
      for (const content of contents) {
        const { rows, lines, notes } = await stage.read(content);
        assert.deepEqual(only(rows, 'reward', 'eval/loss', 'kl', 'note'), [
          [1.5, 0.5, 1, 'x'],
          [null, null, null, 'y'],
          [null, null, null, 'NaN'],
        ]);
        assert.deepEqual(only(rows.slice(2), 'prompt', 'prediction', 'ground_truth'), [['NaN', 'Infinity', 'NaN']]);
        assert.deepEqual(
          lines.map((line) => line.match(/:NaN/g)?.length ?? 0),
          [0, 3, 3],
        );
        assert.deepEqual(notes, [{ kind: 'notFinite', count: 6 }]);
      }
    });

    it('is epochs in parts, none at all beside a step, and answers of null', async () => {
      const { rows, notes } = await stage.read(
        jsonLines(
          { epoch: 0.33, step: 3, prompt: 'p', completion: 'a' },
          { epoch: null, step: 5, prompt: 'p', completion: null },
          { epoch: 'nan', step: 6.0, prompt: 'p', completion: 'c' },
        ),
      );
      assert.deepEqual(only(rows, 'epoch', 'step', 'prediction'), [
        [0.33, 3, 'a'],
        [0.33, 5, ''],
        [0.33, 6, 'c'],
      ]);
      assert.deepEqual(notes, [{ kind: 'emptyAnswers', count: 1 }]);
    });

    it('is values of other types: what is clear is taken, and the rest is kept aside', async () => {
      const clear = await one({
        ...{ prompt: 'p', output: 'a', exact_match: '1.0', latency_ms: '12.5 ms', created_at: 1754000000 },
        ...{ validation_pass: 'yes', completion_tokens: '12', prompt_tokens: ' 7 ', do_sample: 1 },
      });
      assert.deepEqual(
        only(
          [clear],
          'exact_match',
          'latency_ms',
          'created_at',
          'validation_pass',
          'completion_tokens',
          'prompt_tokens',
          'do_sample',
        ),
        [[1, 12.5, '2025-07-31T22:13:20.000Z', true, 12, 7, true]],
      );
      assert.equal((await one({ prompt: 'p', output: 'a', exact_match: true }))['exact_match'], true);
      assert.equal((await one({ prompt: 'p', output: 'a', latency_ms: '0.5 s' }))['latency_ms'], 500);
      const { rows, notes } = await stage.read(
        jsonLines({
          prompt: 'p',
          output: 'a',
          latency_ms: 'fast',
          validation_pass: 'maybe',
          created_at: 'yesterday',
          do_sample: [1],
          prompt_tokens: -1,
        }),
      );
      assert.deepEqual(rows, [
        {
          ...{ prompt: 'p', prediction: 'a', original_latency_ms: 'fast', original_validation_pass: 'maybe' },
          ...{ original_created_at: 'yesterday', original_do_sample: [1], original_prompt_tokens: -1 },
          ...{ sample_index: 0, epoch: 1, step: 1 },
        },
      ]);
      assert.equal(notes.length, 5);
      assert.ok(
        notes.some((note) => note.kind === 'keptAside' && note.column === 'latency_ms' && note.example === '"fast"'),
      );
      const csv = await stage.rows(
        'prompt,output,latency_ms,created_at,exact_match\np,a,12.5 ms,1754000000,True\nq,b,soon,now,maybe\n',
      );
      assert.deepEqual(
        only(
          csv,
          'latency_ms',
          'original_latency_ms',
          'created_at',
          'original_created_at',
          'exact_match',
          'original_exact_match',
        ),
        [
          [12.5, undefined, '2025-07-31T22:13:20.000Z', undefined, true, undefined],
          [undefined, 'soon', undefined, 'now', undefined, 'maybe'],
        ],
      );
    });
  });

  describe('around the rows', () => {
    it('is a column that is called columns, and tables whose parts stand in any order', async () => {
      const row = await one({ columns: ['a', 'b'], prompt: 'p', completion: 'x' });
      assert.deepEqual([row['columns'], row['prompt'], row['prediction']], [['a', 'b'], 'p', 'x']);
      const [columns, index, data] = [
        ['prompt', 'output'],
        [0, 1],
        [
          ['p', 'a'],
          ['q', 'b'],
        ],
      ];
      const expected = [
        ['p', 'a'],
        ['q', 'b'],
      ];
      for (const table of [
        { columns, index, data },
        { data, index, columns },
        { index, columns, data },
        { _type: 'table', column_types: { params: { type_map: {} } }, columns, data, ncols: 2, nrows: 2 },
        { prompt: { 0: 'p', 1: 'q' }, output: { 0: 'a', 1: 'b' } },
        { 0: { prompt: 'p', output: 'a' }, 1: { prompt: 'q', output: 'b' } },
        {
          model: 'm',
          predictions: [
            { prompt: 'p', output: 'a' },
            { prompt: 'q', output: 'b' },
          ],
        },
        {
          predictions: [
            { prompt: 'p', output: 'a' },
            { prompt: 'q', output: 'b' },
          ],
          total: 2,
        },
        {
          schema: { fields: [{ name: 'prompt', type: 'string' }] },
          data: [
            { prompt: 'p', output: 'a' },
            { prompt: 'q', output: 'b' },
          ],
        },
        {
          features: [],
          rows: [
            { row_idx: 0, row: { prompt: 'p', output: 'a' } },
            { row_idx: 1, row: { prompt: 'q', output: 'b' } },
          ],
        },
      ]) {
        for (const indent of [0, 2]) {
          const text = JSON.stringify(table, null, indent);
          assert.deepEqual(only(await stage.rows(text), 'prompt', 'prediction'), expected, text);
        }
      }
      const stepped = await stage.rows(
        jsonLines(
          { step: 4, samples: [{ prompt: 'p', output: 'a' }] },
          { step: 8, samples: [{ prompt: 'p', output: 'b' }] },
        ),
      );
      assert.deepEqual(only(stepped, 'step', 'sample_index', 'prediction'), [
        [4, 0, 'a'],
        [8, 0, 'b'],
      ]);
    });

    it('is a file that grows while it is read: what was there at first is taken, and it is said', async () => {
      const row = { prompt: 'p', output: 'a' };
      const file = stage.write('growing', jsonLines(row, row));
      const table = await openTable(file);
      appendFileSync(file, jsonLines(row));
      const checked = await checkTable(table, recognise(['prompt', 'output']), () => {});
      appendFileSync(file, '{"prompt": "hal');
      let text = '';
      for await (const piece of checked.lines(() => {})) text += piece;
      assert.equal(text.trimEnd().split('\n').length, 2);
      assert.deepEqual(
        checked.notes.filter(({ kind }) => kind !== 'completions'),
        [{ kind: 'grew', file: 'growing' }],
      );
    });

    it('is an end in the middle: what is whole is taken, and it is said', async () => {
      const rows = [
        { prompt: 'p', output: 'a' },
        { prompt: 'q', output: 'b' },
        { prompt: 'r', output: 'c' },
      ];
      const text = jsonLines(...rows);
      for (const cut of [3, 12, 25]) {
        const { rows: whole, notes } = await stage.read(text.slice(0, -cut));
        assert.deepEqual(only(whole, 'prompt'), [['p'], ['q']]);
        assert.deepEqual(notes, [{ kind: 'cut', file: 'table', line: 3 }]);
      }
      const array = await stage.read(JSON.stringify(rows, null, 1).slice(0, -8));
      assert.deepEqual(only(array.rows, 'prompt'), [['p'], ['q']]);
      assert.deepEqual(
        array.notes.map(({ kind }) => kind),
        ['cut'],
      );
      const columns = JSON.stringify({
        columns: ['prompt', 'output'],
        data: [
          ['p', 'a'],
          ['q', 'b'],
        ],
      });
      assert.deepEqual(only((await stage.read(columns.slice(0, -6))).rows, 'prompt'), [['p']]);
      const csv = await stage.read('prompt,output,step\np,a,1\nq,b,2\nr,c');
      assert.deepEqual(
        [only(csv.rows, 'prompt'), csv.notes],
        [[['p'], ['q']], [{ kind: 'cut', file: 'table', line: 4 }]],
      );
      const quoted = await stage.read('prompt,output,step\np,a,1\nq,b,2\nr,"c\nd');
      assert.deepEqual(
        [only(quoted.rows, 'prompt').length, quoted.notes],
        [2, [{ kind: 'cut', file: 'table', line: 4 }]],
      );
      await refused(
        `prompt,output\np,a\nq,"b\n${'r,c\n'.repeat(300)}s,d`,
        /^Line 3: a quote is opened and never closed$/,
      );
      // In the middle of a character too.
      const bytes = Buffer.from(jsonLines(...rows, { prompt: 's', output: 'ü' }));
      const inside = await stage.read(bytes.subarray(0, bytes.indexOf(0xc3) + 1));
      assert.deepEqual([inside.rows.length, inside.notes], [3, [{ kind: 'cut', file: 'table', line: 4 }]]);
      await refused(`${text.slice(0, 20)}\n${text}`, /^Line 1/);
      await refused(`${jsonLines(rows[0])}{"prompt":"q",\n${text}`, /^Line 2: this line ends in the middle/);
      await refused('{"prompt":"p","outp', /ends in the middle/);
    });
  });
});
