import assert from 'node:assert/strict';
import AxeBuilder from '@axe-core/playwright';
import { becomes, eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { type Fields, sample, type TestJob } from '../support/serverClient.ts';

const themes = ['Dark Modern', 'Light Modern', 'Dark High Contrast', 'Light High Contrast'];
const rewards = [0, 1, 0.5, 1];

/** One of four completions. Those of sample 1 all have one reward; those of sample 0 think first. */
function completion(step: number, index: number, place: number, fields: Fields = {}): Fields {
  const answer = `answer ${place} of step ${step}`;
  return sample({
    epoch: 0,
    step,
    sample_index: index,
    completion_index: place,
    prompt: `question ${index}`,
    ground_truth: `answer 1 of step ${step}`,
    prediction: index === 0 ? `<think>${'x'.repeat(10 * (place + 1))}</think>${answer}` : answer,
    scores: { reward: index === 1 ? 0.25 : rewards[place], correct: place === 1 },
    ...fields,
  });
}

const group = (step: number, index: number): Fields[] => rewards.map((_, place) => completion(step, index, place));

describe('a job with several completions a sample, in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;

  const box = (name: string) => stage.panel.getByRole('checkbox', { name });
  const line = (text: string) => stage.rows.filter({ hasText: text });
  const entry = (name: string) =>
    stage.panel.locator('.history > .entry').filter({ has: stage.panel.getByRole('heading', { name, exact: true }) });

  before(async () => {
    stage = await PanelStage.open();
    job = await stage.train(
      'grpo',
      [10, 20, 30].flatMap((step) => [0, 1, 2].flatMap((index) => group(step, index))),
    );
    await stage.watch('grpo');
  });

  after(() => stage?.close());

  it('has a line a sample and checkpoint, with the means of its scores', async () => {
    await stage.showing('1–9 of 9');
    await becomes(() => box('Group completions').isChecked(), true);
    const first = stage.rows.first();
    await becomes(() => first.innerText(), /4 completions · best 1 · worst 0 · spread 1/);
    await becomes(() => first.innerText(), /0\.625/);
    await becomes(() => stage.grid.getByText('teaches nothing').filter({ visible: true }).count(), 3);
    await becomes(async () => (await line('#1').first().innerText()) ?? '', /4 completions · all 0\.250/);
    await becomes(() => stage.panel.getByText('36 predictions').count(), 1);
  });

  it('opens to all of them, best first, and stays still when another one comes', async () => {
    await stage.rows.nth(2).getByRole('button', { name: 'Completions of #0 at step 30' }).press('Enter');
    const list = stage.panel.getByRole('list', { name: 'Completions, best first' });
    const titles = () => list.getByRole('heading').allTextContents();
    await eventually('the completions', async () => ((await titles()).length === 4 ? true : undefined));
    await becomes(titles, ['Completion 2', 'Completion 4', 'Completion 3', 'Completion 1']);
    await stage.add(job, [completion(30, 0, 4, { scores: { reward: 2 } }), ...group(40, 0)]);
    await stage.button('1 new').waitFor();
    await stage.rows.nth(2).getByText('5 completions').waitFor();
    assert.equal((await titles()).length, 4);
    await stage.button('Show 1 more').click();
    await eventually('the fifth', async () => ((await titles())[0] === 'Completion 5' ? true : undefined));
    await list.getByText('Reasoning · 20 characters').click();
    await list.getByText('x'.repeat(20), { exact: true }).waitFor();
    await stage.rows.nth(2).getByRole('button').first().press('Enter');
    await stage.showing('1–10 of 10');
  });

  it('shows a group whose completion holds the text, and asks for means', async () => {
    await stage.search.fill('answer 3 of step 20');
    await stage.showing('1–3 of 3');
    await stage.search.fill('');
    await stage.showing('1–10 of 10');
    await stage.grid.getByRole('columnheader', { name: 'reward', exact: true }).getByRole('button').click();
    await eventually('the smallest mean', async () =>
      /all 0\.250/.test(await stage.rows.first().innerText()) ? true : undefined,
    );
    for (let press = 0; press < 2; press += 1) {
      await stage.grid.getByRole('columnheader', { name: 'reward', exact: true }).getByRole('button').click();
    }
    await stage.showing('1–10 of 10');
  });

  it('has a line a prediction without groups, whose cell shows the final answer', async () => {
    await box('Group completions').uncheck();
    await stage.showing('1–10 of 41');
    const first = stage.rows.first();
    await becomes(() => first.innerText(), /reasoning 40 characters\s*answer 3 of step 40/);
    await first.getByRole('button').first().press('Enter');
    await stage.panel.getByText('Reasoning · 40 characters').waitFor();
    const removed = stage.panel.locator('.detail del');
    await eventually('the difference', async () => ((await removed.count()) > 0 ? true : undefined));
    assert.doesNotMatch((await stage.panel.locator('.detail .difference').innerText()) ?? '', /think/);
    await box('Final answer only').uncheck();
    await stage.panel.locator('.detail .difference').filter({ hasText: 'think' }).waitFor();
    await box('Final answer only').check();
    await stage.panel.getByText('Reasoning · 40 characters').waitFor();
    await first.getByRole('button').first().press('Enter');
    await box('Group completions').check();
    await stage.showing('1–10 of 10');
  });

  it('is compared by checkpoint: one answer each, with its figures, that opens to its completions', async () => {
    await stage.openTab('Comparison');
    const figures = '4 completions · mean 0.625 · best 1 · worst 0 · correct pass@1 0.250 · pass@4 1';
    const opener = entry('Step 20').getByRole('button', { name: figures });
    await opener.waitFor();
    await becomes(() => opener.getAttribute('aria-expanded'), 'false');
    await becomes(() => entry('Step 20').innerText(), /answer 1 of step 20/);
    await opener.press('Enter');
    const list = stage.panel.getByRole('list', { name: 'Completions of Step 20, best first' });
    await list.waitFor();
    await becomes(
      () => list.getByRole('heading').allTextContents(),
      ['Completion 2', 'Completion 4', 'Completion 3', 'Completion 1'],
    );
    await becomes(() => opener.getAttribute('aria-expanded'), 'true');
    await list.getByText('Reasoning · 20 characters').waitFor();
    await stage.add(job, [completion(20, 0, 4, { finish_reason: 'length', completion_tokens: 64 })]);
    await list.getByText('cut off at 64 tokens').waitFor();
    await becomes(() => list.getByRole('heading').count(), 5);
    await entry('Step 20').getByRole('button', { name: '5 completions' }).press('Enter');
    await list.waitFor({ state: 'hidden' });
  });

  it('leaves out what a later start superseded until it is asked for, and marks it', async () => {
    assert.equal(await box('Superseded').count(), 0);
    const later = { restart: 1, restart_from: 20 };
    await stage.add(
      job,
      [0, 1].map((place) => completion(30, 0, place, { ...later, scores: { reward: 1 } })),
    );
    await entry('Step 30').getByRole('button', { name: '2 completions · mean 1' }).waitFor();
    await becomes(() => stage.panel.getByRole('heading', { name: 'Step 40' }).count(), 0);
    await box('Superseded').check();
    await stage.panel.getByRole('heading', { name: 'Step 40' }).waitFor();
    await becomes(() => stage.panel.getByText('superseded by a later start').count(), 2);
    await stage.openTab('Predictions');
    await stage.showing('1–10 of 11');
    await becomes(() => stage.grid.getByText('superseded by a later start').count(), 4);
    await box('Superseded').uncheck();
    await stage.showing('1–7 of 7');
    await becomes(() => stage.panel.getByText('44 predictions').count(), 1);
  });

  it('has all controls in sight at 480 px, and nothing that axe calls serious, in every theme', async () => {
    await stage.workbench.page.setViewportSize({ width: 480, height: 900 });
    // One line of controls is left: the others are in its menu.
    await stage.button('Options').click();
    await box('Superseded').check();
    await stage.workbench.page.keyboard.press('Escape');
    await stage.rows.nth(1).getByRole('button').first().press('Enter');
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
});
