import assert from 'node:assert/strict';
import { usualTags } from '../../../src/model/reasoning.ts';
import { detailOf } from '../../../src/panel/content.ts';
import { findDifference } from '../../../src/panel/differences/difference.ts';
import { Differences } from '../../../src/panel/differences/differences.ts';
import { groupDetail } from '../../../src/panel/groups/groupFigures.ts';
import { initialView } from '../../../src/panel/initialView.ts';
import type { RowDetail } from '../../../src/panel/protocol/table.ts';
import { SampleView } from '../../../src/panel/sampleView.ts';
import { TableView } from '../../../src/panel/tableView.ts';
import { replyDocument } from '../../../src/panel/texts/replyDocument.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { aChat, askedChat, calls, said } from '../../support/chats.ts';
import { hostileTexts } from '../../support/hostileTexts.ts';
import { aPrediction } from '../../support/predictions.ts';

class AtOnce extends Differences {
  override get(_key: string, from: string, to: string) {
    return findDifference(from, to, 10_000);
  }
}
const differences = new AtOnce('', () => {});

function stored(...rows: Prediction[]): PredictionStore {
  const store = new PredictionStore();
  for (const row of rows) store.add(row);
  return store;
}

describe('a row of the table', () => {
  const rowOf = (fields: Partial<Prediction>) => new TableView(stored(aChat(fields)), initialView(5)).page().rows[0];

  it('shows the last question of a chat with a mark, and the final answer', () => {
    const row = rowOf({});
    assert.deepEqual([row?.prompt, row?.isChat], ['[image] What is it?', true]);
    assert.deepEqual([row?.prediction, row?.reasoning], ['It is 4.', { characters: 2, ended: true }]);
    assert.equal(row?.endsInCalls, undefined);
  });

  it('has no mark where the prompt is all that was asked', () => {
    const row = rowOf({ messages: [{ role: 'user', content: '2+2?' }], prompt: '2+2?' });
    assert.deepEqual([row?.prompt, row?.isChat], ['2+2?', undefined]);
  });

  it('shows the last question of a text that is the JSON of a chat', () => {
    const row = rowOf({ messages: null, prompt: JSON.stringify(askedChat) });
    assert.deepEqual([row?.prompt, row?.isChat], ['[image] What is it?', true]);
  });

  it('says that a tool was called last', () => {
    const row = rowOf({ answer: [said('Hm.', calls(2))] });
    assert.deepEqual([row?.prediction, row?.endsInCalls], ['', true]);
  });

  it('shows reasoning that was sent beside the answer, and one that was cut off', () => {
    const beside = rowOf({ answer: undefined, prediction: '4', reasoning_content: 'abc' });
    assert.deepEqual([beside?.prediction, beside?.reasoning], ['4', { characters: 3, ended: true }]);
    const cut = { answer: undefined, prediction: '', reasoning_content: 'abc', finish_reason: 'length' };
    assert.deepEqual(rowOf(cut)?.reasoning, { characters: 3, ended: false });
  });

  it('shows texts where nothing is a chat', () => {
    const row = rowOf({ messages: 'x', answer: [{}] });
    assert.deepEqual([row?.prompt, row?.isChat, row?.prediction], ['all asked', undefined, 'all said']);
  });

  it('is told again when its mark is another one, and not of a group', () => {
    const store = stored(aChat({ id: 'a', completion_index: 0, answer: [said('', calls(2))] }));
    const view = new TableView(store, initialView(5));
    assert.equal(view.page().rows[0]?.endsInCalls, true);
    store.add(aChat({ id: 'b', completion_index: 1, answer: [said('', calls(2))] }));
    const [line] = new TableView(store, initialView(5)).page().rows;
    assert.deepEqual([line?.group?.completions, line?.endsInCalls], [2, undefined]);
  });
});

describe('an open row', () => {
  const detail = (fields: Partial<Prediction>, finalOnly = true): RowDetail =>
    detailOf(aChat(fields), differences, usualTags, finalOnly) as RowDetail;
  const roles = (chat: RowDetail['turns']) => chat?.messages.map(({ role, name }) => [role, name]);

  it('has the messages of its prompt and, before the final answer, of its reply', () => {
    const shown = detail({ ground_truth: 'It is 4.' });
    assert.deepEqual(roles(shown.promptChat), [
      ['system', null],
      ['user', null],
      ['assistant', null],
      ['user', null],
    ]);
    assert.deepEqual(shown.promptChat?.messages[3]?.parts, [
      { media: 'image', address: 'sum.png', size: null },
      'What is it?',
    ]);
    assert.deepEqual(roles(shown.turns), [
      ['assistant', null],
      ['tool', 'add'],
    ]);
    assert.deepEqual(shown.turns?.messages[0]?.calls, [{ name: 'add', arguments: '{\n  "a": 2,\n  "b": 2\n}' }]);
    assert.deepEqual([shown.prediction, shown.reasoning?.text], ['It is 4.', 'hm']);
    assert.deepEqual(shown.difference, [{ kind: 'same', text: 'It is 4.' }]);
  });

  it('has no messages of a reply that is one, but its reasoning', () => {
    const shown = detail({ answer: [said('4', { reasoning_content: 'hm' })] });
    assert.deepEqual([shown.prediction, shown.reasoning?.text, 'turns' in shown], ['4', 'hm', false]);
  });

  it('has no final answer where a tool is called last, and reasoning once', () => {
    const shown = detail({ answer: [said('<think>a</think>So:', calls(2))] });
    assert.deepEqual([shown.prediction, shown.endsInCalls, shown.reasoning?.text], ['', true, 'a']);
    assert.deepEqual([shown.turns?.messages[0]?.parts, shown.turns?.messages[0]?.reasoning], [['So:'], null]);
  });

  it('takes all that was said where more than the final answer is asked for', () => {
    const whole = detail({}, false);
    assert.deepEqual([whole.prediction, whole.turns, whole.endsInCalls], ['all said', null, undefined]);
    const beside = detail({ answer: undefined, prediction: '4', reasoning_content: 'hm' }, false);
    assert.equal(beside.prediction, '<think>\nhm\n</think>\n\n4');
    assert.deepEqual(beside.reasoning, { characters: 2, ended: true, text: null });
  });

  it('has texts alone where nothing is a chat', () => {
    const shown = detail({ messages: [{ role: 'user' }], answer: 'x' });
    assert.deepEqual(
      ['promptChat', 'turns', 'endsInCalls'].filter((name) => name in shown),
      [],
    );
  });

  it('takes hostile texts as texts, and no more of a large chat than can be read', () => {
    for (const text of Object.values(hostileTexts)) {
      const call = { tool_calls: [{ name: text || 'f', arguments: text }] };
      const shown = detail({
        messages: [{ role: text || 'user', name: text, content: text }],
        answer: [said(text, call)],
      });
      assert.equal(JSON.stringify(shown.promptChat).length < 150_000, true);
      assert.equal(shown.endsInCalls, true);
    }
    const many = detail({ messages: Array(10_000).fill({ role: 'user', content: 'Hi' }) });
    assert.deepEqual([many.promptChat?.messages.length, many.promptChat?.earlier], [500, 9500]);
  });
});

describe('an open group', () => {
  it('has the messages of its prompt and of each completion, cut as texts are', () => {
    const store = stored(
      aChat({ id: 'a', completion_index: 0 }),
      aChat({ id: 'b', completion_index: 1, answer: [said('x'.repeat(9000), calls(2)), said('4')] }),
    );
    const group = groupDetail(store, 'a');
    assert.equal(group?.promptChat?.messages.length, 4);
    assert.deepEqual(
      group?.completions.map(({ prediction, turns }) => [prediction, turns?.messages.length, turns?.isCut]),
      [
        ['It is 4.', 2, false],
        ['4', 1, true],
      ],
    );
  });
});

describe('the comparison', () => {
  const view = {
    sample: null,
    source: null,
    compareWith: 'previous',
    answers: 10,
    superseded: false,
    sampleSearch: '',
  } as const;
  const told = (store: PredictionStore, finalAnswerOnly = true) =>
    new SampleView(store, differences).message({ ...view, finalAnswerOnly, openAnswers: [] });
  const answers = (last: string) => [said('', calls(2)), { role: 'tool', content: '4' }, said(last)];

  it('has the messages of prompt and answers, and compares final answers', () => {
    const message = told(
      stored(aChat({ epoch: 1, answer: answers('It is 3.') }), aChat({ epoch: 2, answer: answers('It is 4.') })),
    );
    assert.equal(message.promptChat?.messages.length, 4);
    assert.equal(message.samples[0]?.prompt, '[image] What is it?');
    const [newest] = message.history;
    assert.deepEqual([newest?.prediction, newest?.turns?.messages.length], ['It is 4.', 2]);
    assert.deepEqual(newest?.difference, findDifference('It is 3.', 'It is 4.', 1000));
  });

  it('compares all that was said where that is asked for', () => {
    const [newest] = told(stored(aChat({ epoch: 1 })), false).history;
    assert.deepEqual([newest?.prediction, newest?.turns], ['all said', null]);
  });

  it('has no messages where nothing is a chat', () => {
    const message = told(stored(aPrediction({ epoch: 1 })));
    assert.deepEqual(['promptChat' in message, 'turns' in (message.history[0] ?? {})], [false, false]);
  });

  it('stays small of large chats', () => {
    const long = { role: 'user', content: 'x'.repeat(5000) };
    const message = told(
      stored(aChat({ messages: Array(1000).fill(long), answer: Array(1000).fill(said('y'.repeat(5000))) })),
    );
    assert.ok(JSON.stringify(message).length < 20_000, String(JSON.stringify(message).length));
  });
});

describe('the document of a reply', () => {
  it('is its text, or its messages line by line', () => {
    assert.equal(replyDocument(aPrediction({ prediction: 'x' })), 'x');
    assert.equal(replyDocument({ prediction: 'x', reasoning_content: 'hm' }), '<think>\nhm\n</think>\n\nx');
    assert.equal(
      replyDocument(aChat()),
      [
        ...['assistant:', 'Let me see.', 'add', '{', '  "a": 2,', '  "b": 2', '}', ''],
        ...['tool add:', '4', '', 'assistant:', '<think>hm</think>It is 4.'],
      ].join('\n'),
    );
  });
});
