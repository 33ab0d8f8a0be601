import assert from 'node:assert/strict';
import AxeBuilder from '@axe-core/playwright';
import type { Locator } from 'playwright-core';
import { askedChat, said } from '../support/chats.ts';
import { becomes, eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { createJob, type Fields, sample, type TestJob } from '../support/serverClient.ts';

const themes = ['Dark Modern', 'Light Modern', 'Dark High Contrast', 'Light High Contrast'];
const markup = '<img src=x onerror="alert(1)"><b>bold</b>';

/** A prediction that is sent as chats alone. */
function chat(fields: Fields): Fields {
  const { prompt: _, prediction: __, ...rest } = sample({ messages: askedChat, ground_truth: 'It is 4.', ...fields });
  return rest;
}

const call = (name: string, args: string) => ({ tool_calls: [{ id: 'c1', function: { name, arguments: args } }] });
const answer = (epoch: number) => [
  said('Let me see.', call('add', `{"a":${epoch},"b":2}`)),
  { role: 'tool', tool_call_id: 'c1', content: `sum ${epoch + 2}` },
  said(`It is ${epoch + 2}.`, { reasoning_content: 'so it is' }),
];

describe('predictions that are chats, in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;

  const row = (text: string) => stage.rows.filter({ hasText: text }).first();
  const opener = (text: string) => row(text).getByRole('button').first();
  const messages = (name: string) => stage.panel.getByRole('list', { name });
  const entry = (name: string) =>
    stage.panel.locator('.history > .entry').filter({ has: stage.panel.getByRole('heading', { name, exact: true }) });
  /** Nothing that scrolls hides it. */
  const isInPlace = (text: Locator) =>
    text.evaluate((node) => {
      const place = node.closest('.chat')?.getBoundingClientRect();
      return place !== undefined && node.getBoundingClientRect().bottom <= place.bottom + 1;
    });
  const markedUp = () =>
    stage.panel.locator('.detail img, .detail b, .comparison img, .comparison b, .grid img').count();

  before(async () => {
    stage = await PanelStage.open({ userSettings: { 'trainingPredictions.reasoningTags': ['scratch', 'think'] } });
    job = await stage.train('chats', [
      ...[1, 2].map((epoch) => chat({ epoch, step: epoch * 10, answer: answer(epoch) })),
      chat({ epoch: 2, step: 20, sample_index: 1, answer: [said('Hm.', call('add', '{}'))] }),
      chat({
        epoch: 2,
        step: 20,
        sample_index: 2,
        messages: [
          { role: markup, name: markup, content: markup },
          {
            role: 'user',
            content: [
              { type: markup, url: markup },
              { type: 'text', text: markup },
            ],
          },
        ],
        answer: [said(markup, call(markup, markup)), { role: 'tool', content: markup }, said(markup)],
      }),
    ]);
    await stage.watch('chats');
  });

  after(() => stage?.close());

  it('have cells with the last question, marked as one of a chat, and the final answer', async () => {
    await stage.showing('1–4 of 4');
    await becomes(
      () => row('#0').innerText(),
      /chat\s*\[image\] What is it\?[\s\S]*reasoning 8 characters\s*It is 4\./,
    );
    await becomes(() => row('#1').innerText(), /ends with a tool call/);
  });

  it('open to messages by role, the system prompt folded, with calls, results and images as text', async () => {
    await opener('#0').press('Enter');
    const prompt = messages('Messages of the prompt');
    await prompt.waitFor();
    const system = prompt.getByText('system · 9 characters');
    const text = prompt.getByText('Be brief.');
    assert.equal(await text.isVisible(), false);
    await system.press('Enter');
    await text.waitFor();
    await becomes(() => prompt.innerText(), /user\nHello\nassistant\nHi!\nuser\nimage · sum\.png\s*What is it\?/);
    const turns = messages('Messages before the final answer');
    await becomes(
      () => turns.innerText(),
      /assistant\nLet me see\.\ncalls add\n\{\n {2}"a": 2,\n {2}"b": 2\n\}\ntool · add\nsum 4/,
    );
    await stage.panel.getByText('Reasoning · 8 characters').press('Enter');
    await stage.panel.getByText('so it is').waitFor();
    await becomes(async () => (await stage.panel.locator('.detail .difference').innerText()).trim(), 'It is 4.');
  });

  it('stay as the reader opened them while others arrive', async () => {
    await stage.add(job, [chat({ epoch: 3, step: 30, answer: answer(3) })]);
    await stage.button('1 new').waitFor();
    assert.equal(await stage.panel.getByText('Be brief.', { exact: true }).isVisible(), true);
    assert.equal(await stage.panel.getByText('so it is').isVisible(), true);
  });

  it('are compared by all that was said when the reader asks for it', async () => {
    const box = stage.panel.getByRole('checkbox', { name: 'Final answer only' });
    await box.uncheck();
    await stage.panel.locator('.detail .difference').filter({ hasText: 'add({"a":2,"b":2})' }).waitFor();
    await becomes(() => messages('Messages before the final answer').count(), 0);
    await box.check();
    await messages('Messages before the final answer').waitFor();
    await opener('#0').press('Enter');
  });

  it('say that there is no final answer where a tool is called last', async () => {
    await opener('#1').press('Enter');
    await stage.panel.getByText('No final answer: the last message calls a tool.').waitFor();
    await opener('#1').press('Enter');
  });

  it('are texts, whatever stands in roles, names, arguments and contents', async () => {
    await opener('#2').press('Enter');
    const prompt = messages('Messages of the prompt');
    await prompt.waitFor();
    await becomes(async () => (await prompt.innerText()).startsWith(`${markup} · ${markup}\n${markup}\nuser\n`), true);
    await becomes(
      async () =>
        (await messages('Messages before the final answer').innerText()).includes(`calls ${markup}\n${markup}`),
      true,
    );
    assert.equal(await markedUp(), 0);
    await opener('#2').press('Enter');
  });

  it('are compared epoch by epoch with the messages of each answer', async () => {
    await stage.openTab('Comparison');
    await messages('Messages of the prompt').getByText('system · 9 characters').waitFor();
    // Its messages are short, and higher than the six lines that a prompt is given above the answers.
    const question = messages('Messages of the prompt').getByText('What is it?');
    await stage.panel.getByRole('button', { name: /^Show all \d+ characters\s*, Prompt/ }).click();
    await becomes(() => isInPlace(question), true);
    await stage.panel.getByRole('button', { name: /^Show less\s*, Prompt/ }).click();
    await becomes(() => entry('Epoch 1').innerText(), /calls add\n\{\n {2}"a": 1,[\s\S]*tool · add\nsum 3/);
    await becomes(async () => (await entry('Epoch 2').locator('.difference').innerText()).trim(), 'It is 4.');
    const samples = stage.panel.getByLabel('Sample', { exact: true });
    await becomes(
      () => samples.locator('option').allTextContents(),
      ['#0 [image] What is it? (3 epochs)', '#1 [image] What is it? (1 epoch)', `#2 [${markup}] ${markup} (1 epoch)`],
    );
    await samples.selectOption({ index: 2 });
    await eventually('the hostile sample', async () =>
      (await entry('Epoch 2').innerText()).includes(`calls ${markup}`) ? true : undefined,
    );
    assert.equal(await markedUp(), 0);
    await samples.selectOption({ index: 0 });
    await entry('Epoch 3').waitFor();
  });

  it('stand in the diff editor line by line', async () => {
    await entry('Epoch 2').getByRole('button', { name: 'Open in diff editor' }).focus();
    await stage.workbench.page.keyboard.press('Enter');
    const editor = stage.workbench.page.locator('.monaco-diff-editor');
    await editor.getByText('"b": 2').first().waitFor();
    await stage.workbench.page.keyboard.press('Control+F4');
    await stage.workbench.tab('Predictions: chats').click();
  });

  it('have nothing that axe calls serious, at 480 px, in every theme', async () => {
    await stage.workbench.page.setViewportSize({ width: 480, height: 900 });
    await stage.openTab('Predictions');
    await opener('#0').press('Enter');
    await messages('Messages of the prompt').waitFor();
    for (const theme of themes) {
      await stage.workbench.useTheme(theme);
      for (const tab of ['Predictions', 'Comparison']) {
        await stage.openTab(tab);
        const { violations } = await new AxeBuilder({ page: stage.workbench.page })
          .include(['iframe.webview.ready', '#active-frame', 'body'])
          .analyze();
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        assert.deepEqual(
          serious.map(({ id, nodes }) => [theme, tab, id, nodes[0]?.html]),
          [],
        );
      }
    }
  });

  it('are told apart from reasoning by the tags that the reader names, but for jobs that name their own', async () => {
    await stage.workbench.page.setViewportSize({ width: 1400, height: 900 });
    const written = '<scratch>because</scratch>42 <own>never</own>43';
    for (const [title, config, shown] of [
      ['unsaid', {}, '42 <own>never</own>43'],
      ['said', { config: { reasoning_tags: ['own'] } }, '43'],
    ] as const) {
      const told = await createJob(stage.server, { model_name: title, status: 'running', ...config });
      await stage.add(told, [sample({ epoch: 1, prediction: written })]);
      await stage.watch(title);
      await stage.rows.filter({ hasText: shown }).waitFor();
      assert.doesNotMatch((await stage.rows.first().innerText()) ?? '', /because/);
      await stage.workbench.run('View: Close All Editors');
    }
  });
});
