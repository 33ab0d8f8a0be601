import assert from 'node:assert/strict';
import { said } from '../support/chats.ts';
import { becomes, eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { type Fields, sample, type TestJob } from '../support/serverClient.ts';

const lines = (count: number, what: string) =>
  Array.from({ length: count }, (_, number) => `${what} ${number} of a text that is read to its end.`).join('\n');
const thought = (epoch: number) => lines(90, `Thought ${epoch}:`);
const question = lines(80, 'Question');
const found = lines(70, 'Result');
const call = { tool_calls: [{ id: 'c1', function: { name: 'look', arguments: '{}' } }] };

/** A chat of long messages, whose answer comes after a call and much thought. */
function chat(fields: Fields & { epoch: number }): Fields {
  const { prompt: _, prediction: __, ...rest } = sample({ ground_truth: 'It is 4.', step: fields.epoch, ...fields });
  const { epoch } = fields;
  return {
    ...rest,
    messages: [{ role: 'user', content: question }],
    answer: [
      said('Let me look.', call),
      { role: 'tool', tool_call_id: 'c1', content: found },
      said(`It is ${epoch}.`, { reasoning_content: thought(epoch) }),
    ],
  };
}

describe('long messages and much reasoning, in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;

  const entry = (epoch: number) =>
    stage.panel
      .locator('.history > .entry')
      .filter({ has: stage.panel.getByRole('heading', { name: `Epoch ${epoch}`, exact: true }) });
  const button = (text: string, of: string) => stage.button(new RegExp(`^${text}\\s*, ${of}$`));
  const characters = (text: string) => `Show all ${text.length.toLocaleString('en')} characters`;
  const isShown = (what: string, text: ReturnType<typeof entry>, wanted: string) =>
    eventually(what, async () => ((await text.textContent()) === wanted ? true : undefined));
  const messages = (name: string, place = stage.panel.locator('body')) =>
    place.getByRole('list', { name }).locator('.long-text');

  before(async () => {
    stage = await PanelStage.open();
    job = await stage.train('long replies', [
      chat({ epoch: 1 }),
      chat({ epoch: 2 }),
      ...[0, 1].map((completion_index) => chat({ epoch: 3, sample_index: 1, completion_index })),
    ]);
    await stage.watch('long replies');
    await stage.openTab('Comparison');
    await stage.chooseSample(0);
    await entry(2).waitFor();
  });

  after(() => stage?.close());

  it('are whole in an answer of the comparison when one asks, each by itself, and stay so', async () => {
    const reasoning = entry(2).locator('.reasoning .long-text');
    await entry(2).getByText('Reasoning · ').click();
    await becomes(async () => (await reasoning.textContent())?.length, 2000);
    await button(characters(thought(2)), 'Reasoning, Epoch 2').click();
    await isShown('all of the reasoning', reasoning, thought(2));
    const result = messages('Messages before the final answer', entry(2)).last();
    assert.ok(((await result.textContent())?.length ?? 0) <= 2000);
    await button('Show all messages', 'Messages, Epoch 2').click();
    await isShown('all of the result', result, found);
    await becomes(() => entry(2).innerText(), /Let me look\./);
    assert.doesNotMatch(await entry(2).innerText(), /left out|are cut/);
    await stage.add(job, [chat({ epoch: 4 })]);
    await entry(4).waitFor();
    assert.equal(await reasoning.textContent(), thought(2));
    assert.equal(await result.textContent(), found);
    assert.match(await entry(1).innerText(), /1 earlier message left out, long texts are cut\.$/m);
    await button('Show less', 'Reasoning, Epoch 2').click();
    await eventually('less', async () => ((await reasoning.textContent())?.length === 2000 ? true : undefined));
  });

  it('are whole in the prompt that all answers belong to, whose length is told', async () => {
    const asked = messages('Messages of the prompt');
    await becomes(async () => (await asked.textContent())?.length, 2000);
    await button(characters(question), 'Prompt').click();
    await isShown('all of the question', asked, question);
    await becomes(async () => ((await asked.boundingBox())?.height ?? 0) > 1000, true, 'without a place that scrolls');
  });

  it('are whole in the completions of an open group of the table', async () => {
    await stage.openTab('Predictions');
    await stage.rows.filter({ hasText: '2 completions' }).getByRole('button').first().click();
    const completion = stage.panel.locator('.completion').nth(1);
    await completion.getByText('Reasoning · ').click();
    await button(characters(thought(3)), 'Reasoning, Completion 2').click();
    await isShown('all of the reasoning', completion.locator('.reasoning .long-text'), thought(3));
    await button('Show all messages', 'Messages, Completion 2').click();
    await isShown('all of the result', messages('Messages before the final answer', completion).last(), found);
    await button(characters(question), 'Prompt').click();
    await isShown('all of the question', messages('Messages of the prompt', stage.panel.locator('.detail')), question);
  });
});
