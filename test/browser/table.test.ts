import assert from 'node:assert/strict';
import AxeBuilder from '@axe-core/playwright';
import { becomes, eventually } from '../support/eventually.ts';
import { openTab } from '../support/panelStage.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, sample, type TestJob } from '../support/serverClient.ts';
import { Workbench } from '../support/workbench.ts';

const truth = 'abcdefghij';

/** The truth with so many of its ten characters wrong, from its end. */
const answer = (wrong: number) => truth.slice(0, 10 - wrong) + 'X'.repeat(wrong);

const themes = ['Dark Modern', 'Light Modern', 'Dark High Contrast', 'Light High Contrast'];

describe('the table of predictions in VS Code', () => {
  let server: TestServer;
  let job: TestJob;
  let workbench: Workbench;

  const panel = () => workbench.panel;
  const grid = () => panel().getByRole('grid', { name: 'Predictions' });
  const heading = (name: string) => grid().getByRole('columnheader', { name, exact: true });
  const rows = () => grid().locator('tbody tr[data-id]');
  const showing = (text: string) => panel().getByText(`Showing ${text}`, { exact: true }).waitFor();
  const search = () => panel().getByRole('searchbox', { name: 'Search predictions' });
  const ids = () => rows().evaluateAll((lines) => lines.map((line) => line.getAttribute('data-id')));

  /** Waits until the sample column reads so, from the top. */
  const samples = (...expected: number[]) =>
    eventually(`the samples ${expected}`, async () => {
      const texts = await rows().evaluateAll((lines) => lines.map((line) => line.textContent ?? ''));
      const shown = texts.map((text) => Number(/#(\d+)/.exec(text)?.[1])).slice(0, expected.length);
      return shown.join() === expected.join() ? true : undefined;
    });

  async function postAnswers(epoch: number, wrong: readonly number[], first = 0): Promise<void> {
    const predictions = wrong.map((count, index) =>
      sample({
        epoch,
        step: epoch * 100,
        sample_index: first + index,
        prompt: `question ${first + index}`,
        ground_truth: truth,
        prediction: answer(count),
        validation_pass: first + index !== 3,
        validation_kind: 'json_schema',
        validation_errors: first + index === 3 ? [{ path: '/city', message: 'is missing' }] : null,
      }),
    );
    const { status, text } = await post(server, job, predictions);
    assert.equal(status, 200, text);
  }

  before(async () => {
    server = await startServer();
    job = await createJob(server, { model_name: 'orders', status: 'running' });
    // Samples 0 to 4 get better, 5 stays, 6 to 9 get worse.
    await postAnswers(0, [5, 5, 5, 5, 5, 5, 5, 5, 5, 5]);
    await postAnswers(1, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    workbench = await Workbench.open({ machineSettings: { 'trainingPredictions.serverUrl': server.url } });
    await workbench.run('Set API Key');
    await workbench.answer(server.apiKey);
    await workbench.notification('works and is stored').waitFor();
    await workbench.choose('Watch Training Predictions', 'orders');
    await showing('1–10 of 20');
  });

  after(async () => {
    await workbench?.close();
    await server?.stop();
  });

  it('is sorted by a press on a column: upwards, downwards, then newest first again', async () => {
    await samples(9, 8, 7, 6);
    await heading('CER').getByRole('button').click();
    await samples(0, 1, 2, 3, 4);
    await becomes(() => heading('CER').getAttribute('aria-sort'), 'ascending');
    await heading('CER').getByRole('button').press('Enter');
    await samples(9, 8, 7, 6);
    await becomes(() => heading('CER').getAttribute('aria-sort'), 'descending');
    await heading('CER').getByRole('button').click();
    await samples(9, 8, 7, 6);
    await becomes(() => heading('CER').getAttribute('aria-sort'), 'none');
    await becomes(() => heading('Epoch').getAttribute('aria-sort'), 'descending');
  });

  it('says by words how an answer compares with the epoch before', async () => {
    const mark = (name: string) => grid().getByRole('img', { name });
    await samples(9, 8);
    await becomes(() => mark('better').count(), 5);
    await becomes(() => mark('same').count(), 1);
    await becomes(() => mark('worse').count(), 4);
  });

  it('draws the error rate as a bar that is as long as the number beside it says', async () => {
    await samples(9, 8);
    const lengths = await grid()
      .locator('.bar')
      .evaluateAll((bars) => bars.map((bar) => (bar.firstElementChild?.clientWidth ?? 0) / bar.clientWidth));
    const rates = await grid()
      .locator('td.column-charErrorRate .number')
      .evaluateAll((numbers) => numbers.map((number) => Number(number.textContent)));
    assert.equal(rates[0], 0.9);
    for (const [index, length] of lengths.entries()) assert.ok(Math.abs(length - (rates[index] ?? 2)) < 0.03);
    await becomes(
      async () => (await grid().locator('.bar').first().getAttribute('title')) ?? '',
      /empty is 0.*full is 1/,
    );
  });

  it('is searched while one types, from Ctrl+F on, and says which filters hide everything', async () => {
    await panel().locator('body').press('Control+f');
    await panel().locator(':focus').pressSequentially('QUESTION 7');
    await showing('1–2 of 2');
    await search().fill('nowhere to be found');
    await panel().getByText('No predictions match the filters: “nowhere to be found”.').waitFor();
    await panel().getByRole('button', { name: 'Clear filters' }).click();
    await showing('1–10 of 20');
    await becomes(() => search().inputValue(), '');
    await search().fill('XXXXX');
    await showing('1–10 of 15');
    await search().press('Escape');
    await showing('1–10 of 20');
  });

  it('shows invalid, or regressed, answers only, and new ones among them as they come', async () => {
    await panel().getByLabel('Invalid only').check();
    await showing('1–2 of 2');
    await samples(3, 3);
    await panel().getByLabel('Invalid only').uncheck();
    await panel().getByLabel('Regressed only').check();
    await showing('1–4 of 4');
    await samples(9, 8, 7, 6);
    await postAnswers(2, [4, 1]);
    await showing('1–5 of 5');
    await samples(0, 9);
    await panel().getByLabel('Regressed only').uncheck();
    await showing('1–10 of 22');
  });

  it('lets new rows wait while it is sorted', async () => {
    await heading('CER').getByRole('button').click();
    await samples(0, 1, 1);
    const before = await ids();
    await postAnswers(2, [0, 0], 2);
    await panel().getByRole('button', { name: '2 new' }).waitFor();
    await panel().getByText('24 predictions', { exact: true }).waitFor();
    assert.deepEqual(await ids(), before);
    await panel().getByRole('button', { name: '2 new' }).click();
    await showing('1–10 of 24');
    await heading('CER').getByRole('button').click();
    await heading('CER').getByRole('button').click();
    await samples(3, 2, 1, 0);
  });

  it('opens a row to the difference to the ground truth, the errors and the way to the other epochs', async () => {
    await panel().getByLabel('Epoch', { exact: true }).selectOption({ label: '1 (10)' });
    await showing('1–10 of 10');
    const row = rows().filter({ hasText: '#3' });
    await row.getByRole('button').click();
    const detail = grid().locator('tbody tr:not([data-id])');
    await detail.getByText('/city: is missing').waitFor();
    await becomes(() => detail.locator('ins').allTextContents(), ['XXX']);
    await becomes(() => detail.locator('del').allTextContents(), ['hij']);
    await detail.getByRole('button', { name: 'Compare across epochs' }).click();
    await panel().getByRole('tab', { name: 'Comparison', selected: true }).waitFor();
    await panel().getByText('question 3').last().waitFor();
    await panel().getByRole('tab', { name: 'Predictions' }).click();
    await row.getByRole('button').first().click();
    await panel().getByLabel('Epoch', { exact: true }).selectOption({ label: 'All (24)' });
    await showing('1–10 of 24');
  });

  it('opens ground truth and prediction in the diff editor', async () => {
    await rows().first().getByRole('button').click();
    await grid().getByRole('button', { name: 'Open diff editor' }).click();
    await workbench.page.locator('.monaco-diff-editor').waitFor();
    await workbench.run('View: Close Editor');
    await showing('1–10 of 24');
    await rows().first().getByRole('button').first().click();
  });

  it('keeps columns, widths, order and filters while it is out of sight', async () => {
    const columns = panel().getByRole('button', { name: 'Columns' });
    await columns.press('Enter');
    await panel().getByRole('checkbox', { name: 'Step' }).uncheck();
    await panel().getByRole('checkbox', { name: 'Wrap text' }).check();
    await workbench.page.keyboard.press('Escape');
    await heading('Step').waitFor({ state: 'hidden' });
    await becomes(() => columns.evaluate((button) => button.matches(':focus')), true);
    await heading('Prompt').getByRole('button').press('Shift+ArrowRight');
    const width = (await heading('Prompt').boundingBox())?.width;
    await heading('CER').getByRole('button').click();
    await search().fill('question 1');
    await showing('1–3 of 3');
    // The command palette is opened with Escape first, which would empty the field.
    await search().press('Tab');

    await workbench.run('New Untitled Text File');
    await workbench.page.locator('iframe.webview.ready').waitFor({ state: 'hidden' });
    await workbench.tab('Predictions: orders').click();
    await showing('1–3 of 3');
    await becomes(() => heading('Step').isVisible(), false);
    await becomes(() => heading('CER').getAttribute('aria-sort'), 'ascending');
    await becomes(() => search().inputValue(), 'question 1');
    await becomes(async () => (await heading('Prompt').boundingBox())?.width, width);
    await search().press('Escape');
  });

  for (const theme of themes) {
    it(`has nothing that axe calls serious in any tab, in ${theme}`, async () => {
      await workbench.useTheme(theme);
      for (const tab of ['Predictions', 'Comparison', 'Trends']) {
        await openTab(panel(), tab);
        const axe = new AxeBuilder({ page: workbench.page });
        const { violations } = await axe.include(['iframe.webview.ready', '#active-frame', 'body']).analyze();
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        assert.deepEqual(
          serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          [],
          `${tab} in ${theme}`,
        );
      }
    });
  }
});
