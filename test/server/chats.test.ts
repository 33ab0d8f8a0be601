import assert from 'node:assert/strict';
import { hostileTexts } from '../support/hostileTexts.ts';
import { startServer, type TestServer } from '../support/server.ts';
import {
  createJob,
  type Fields,
  post,
  postText,
  predictionsPath,
  readPredictions,
  request,
  sample,
  type TestJob,
} from '../support/serverClient.ts';

const said = (content: unknown, more: object = {}) => ({ role: 'assistant', content, ...more });
const calls = { tool_calls: [{ type: 'function', function: { name: 'add', arguments: { a: 2, b: 2 } } }] };
const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: [{ type: 'image' }, { type: 'text', text: '2+2?' }] },
];
const answer = [said(null, calls), { role: 'tool', name: 'add', content: '4' }, said('It is 4.')];

/** A prediction without these fields. */
function without(row: Fields, ...names: string[]): Fields {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}

describe('predictions that are chats', () => {
  let server: TestServer;
  let job: TestJob;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  beforeEach(async () => {
    job = await createJob(server);
  });

  const stored = async (...rows: Fields[]): Promise<Fields[]> => {
    const { status, text } = await post(server, job, rows);
    assert.equal(status, 200, text);
    return readPredictions(server, job.id);
  };
  const chat = (fields: Fields = {}) => without(sample({ messages, answer, ...fields }), 'prompt', 'prediction');
  const problem = async (...rows: Fields[]): Promise<string> => {
    const { status, json } = await post(server, job, rows);
    assert.equal(status, 400);
    assert.deepEqual(await readPredictions(server, job.id), []);
    return String(json['error']);
  };

  it('are kept as they were sent, with the texts made of them', async () => {
    const [row] = await stored(chat());
    assert.deepEqual([row?.['messages'], row?.['answer']], [messages, answer]);
    assert.equal(row?.['prompt'], 'system: Be brief.\nuser: [image] 2+2?');
    assert.equal(row?.['prediction'], 'assistant: add({"a":2,"b":2})\ntool add: 4\nassistant: It is 4.');
  });

  it('keep the texts that were sent beside them', async () => {
    const [row] = await stored(sample({ messages, answer, reasoning_content: 'hm' }));
    assert.deepEqual([row?.['prompt'], row?.['prediction']], ['Say hello', 'hello']);
    assert.deepEqual([row?.['messages'], row?.['reasoning_content']], [messages, 'hm']);
  });

  it('may have null where a text is made, as Python writes what is not there', async () => {
    const [row] = await stored(sample({ messages, answer: [said('4')], prompt: null, prediction: null }));
    assert.deepEqual([row?.['prompt'], row?.['prediction']], ['system: Be brief.\nuser: [image] 2+2?', '4']);
    const { text } = await request(server, predictionsPath(job.id));
    assert.equal(text.split('"prompt":').length, 2, text);
  });

  it('keep every digit, in the texts that are made of them too', async () => {
    const row = JSON.stringify(chat()).replace('"a":2', '"a":12345678901234567890');
    const body = `{"job_id":${JSON.stringify(job.id)},"predictions":[${row}]}`;
    assert.equal((await postText(server, job.token, body)).status, 200);
    const { text } = await request(server, predictionsPath(job.id));
    assert.ok(text.includes('add({\\"a\\":12345678901234567890,\\"b\\":2})'), text);
    assert.ok(text.includes('"arguments":{"a":12345678901234567890,"b":2}'), text);
  });

  it('are scored by their final answer', async () => {
    const truth = { ground_truth: 'It is 4.' };
    const rows = await stored(
      chat({ sample_index: 0, ...truth }),
      sample({ sample_index: 1, answer, ...truth }),
      chat({ sample_index: 2, answer: [said('It is 4.', calls)], ...truth }),
      chat({ sample_index: 3, answer: [said('<think>hm</think> It is 4.')], ...truth }),
      sample({ sample_index: 4, prediction: '\nIt is 4.', reasoning_content: 'hm', ...truth }),
      sample({ sample_index: 5, answer: 'no chat', ...truth }),
    );
    assert.deepEqual(
      rows.map(({ exact_match, char_error_rate }) => [exact_match, char_error_rate]),
      [...[1, 1, 0, 1, 1].map((match) => [match, 1 - match]), [0, 1]],
    );
  });

  it('keep what is no chat like an unknown field', async () => {
    const odd = { messages: 'hello', answer: [{ text: 'x' }], reasoning_content: [1] };
    const [row] = await stored(sample(odd));
    assert.deepEqual([row?.['messages'], row?.['answer'], row?.['reasoning_content']], Object.values(odd));
  });

  for (const [what, fields, error] of [
    ['no prompt', without(sample(), 'prompt'), 'prompt: required'],
    ['no prediction', without(sample({ messages }), 'prediction'), 'prediction: required'],
    ['null for a prompt', sample({ prompt: null }), 'prompt: expected string'],
    ['null for a prompt and its chat', sample({ prompt: null, messages: null }), 'prompt: expected string'],
    [
      'messages without a role',
      without(sample({ messages: [{ role: 'user', content: 'Hi' }, { content: 'x' }] }), 'prompt'),
      'messages[1].role: expected a text',
    ],
    [
      'a content of another shape',
      without(sample({ messages: [{ role: 'user', content: 7 }] }), 'prompt'),
      'messages[0].content: expected a text, a list of parts, or null',
    ],
    ['a text for its answer', without(sample({ answer: 'x' }), 'prediction'), 'answer: expected a list of messages'],
    [
      'more messages than a chat may have',
      without(sample({ messages: Array(10_001).fill({ role: 'user', content: 'Hi' }) }), 'prompt'),
      'messages: expected at most 10000 messages',
    ],
  ] as const) {
    it(`are refused with ${what}, which is named`, async () => {
      const told = await problem(sample({ sample_index: 7 }), fields);
      assert.ok(told.startsWith(`predictions[1].${error}`), told);
    });
  }

  it('keep hostile texts as texts', async () => {
    const rows = Object.values(hostileTexts).map((text, sample_index) =>
      chat({ sample_index, messages: [{ role: text, name: text, content: text }], answer: [said(text)] }),
    );
    const read = await stored(...rows);
    assert.deepEqual(
      read.map((row) => [row['messages'], row['prompt'], row['prediction']]),
      rows.map((row, index) => {
        const text = Object.values(hostileTexts)[index];
        return [row['messages'], text, text];
      }),
    );
  });

  it('are described by /openapi.json: what they are, and that texts may be absent', async () => {
    type Described = {
      items: { properties: Record<string, { description?: string }>; allOf: unknown; required: string[] };
    };
    const { json } = await request(server, '/openapi.json');
    const paths = json['paths'] as Record<
      string,
      { post: { requestBody: { content: Record<string, { schema: Fields }> } } }
    >;
    const schema = paths['/api/training/local/predictions']?.post.requestBody.content['application/json']?.schema;
    const { items } = (schema as { properties: Record<'predictions', Described> }).properties.predictions;
    for (const name of ['messages', 'answer', 'reasoning_content'])
      assert.ok(items.properties[name]?.description, name);
    assert.deepEqual(items.required, ['step', 'sample_index', 'epoch']);
    assert.deepEqual(items.allOf, [
      { anyOf: [{ required: ['prompt'] }, { required: ['messages'] }] },
      { anyOf: [{ required: ['prediction'] }, { required: ['answer'] }] },
    ]);
  });

  it('are imported as they are posted', async () => {
    const lines = [chat({ ground_truth: 'It is 4.' }), sample({ messages: 'hello' })].map((row) => JSON.stringify(row));
    const path = `/api/training/local/jobs/${job.id}-imported/import`;
    const post = (body: string) =>
      request(server, path, { method: 'POST', body, headers: { 'X-API-Key': server.apiKey } });
    const refused = await post(`${lines[0]}\n${JSON.stringify(without(chat(), 'answer'))}`);
    assert.deepEqual([refused.status, refused.json['error']], [400, 'Line 2: prediction: required']);
    assert.equal((await post(lines.join('\n'))).status, 200);
    const rows = await readPredictions(server, `${job.id}-imported`);
    assert.deepEqual(
      rows.map(({ prompt, exact_match }) => [prompt, exact_match]),
      [
        ['system: Be brief.\nuser: [image] 2+2?', 1],
        ['Say hello', undefined],
      ],
    );
  });
});
