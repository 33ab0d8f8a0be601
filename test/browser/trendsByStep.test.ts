import assert from 'node:assert/strict';
import { becomes, eventually } from '../support/eventually.ts';
import { rewardAt, rowsAt, sources, steps } from '../support/oneEpochRun.ts';
import { clickUntil, PanelStage } from '../support/panelStage.ts';
import { type Fields, request, sample, type TestJob } from '../support/serverClient.ts';

const samplesOfSource = 6;

describe('the charts of a run of one epoch in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;

  const tab = () => stage.panel.getByRole('tabpanel', { name: 'Trends' });
  const card = (name: string) => tab().getByRole('region', { name, exact: true });
  const table = (name: string) => stage.panel.getByRole('table', { name, exact: true });
  const choice = (name: string) => tab().getByRole('combobox', { name, exact: true });
  const titles = () =>
    tab()
      .locator('.trend h2')
      .filter({ visible: true })
      .evaluateAll((all) => all.map(({ textContent }) => textContent));
  const picture = (name: string) =>
    card(name)
      .locator('canvas')
      .evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());

  /** The texts of a chart's table, headings and all, once they fulfil something. */
  async function texts(name: string, fulfils: (rows: string[][]) => boolean): Promise<string[][]> {
    await card(name).scrollIntoViewIfNeeded();
    return eventually(`the table of ${name}`, async () => {
      const rows = await table(name)
        .locator('tr')
        .evaluateAll((lines) => lines.map((line) => [...line.children].map((cell) => cell.textContent ?? '')));
      return fulfils(rows) ? rows : undefined;
    });
  }

  /** Does something and waits until a chart is another picture. */
  async function changes(name: string, act: () => Promise<unknown>): Promise<void> {
    await card(name).scrollIntoViewIfNeeded();
    const before = await eventually(`a settled ${name}`, async () => {
      const one = await picture(name);
      await stage.workbench.page.waitForTimeout(100);
      return (await picture(name)) === one ? one : undefined;
    });
    await act();
    await eventually(`another picture of ${name}`, async () => ((await picture(name)) === before ? undefined : true));
  }

  async function log(metrics: readonly Fields[]): Promise<void> {
    const { status, text } = await request(stage.server, '/api/training/local/metrics', {
      method: 'POST',
      headers: { Authorization: `Bearer ${job.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ job_id: job.id, metrics }),
    });
    assert.equal(status, 200, text);
  }

  before(async () => {
    stage = await PanelStage.open();
    job = await stage.train('one epoch', steps.slice(0, -1).flatMap(rowsAt));
    await stage.watch('one epoch');
    await stage.openTab('Trends');
    await card('reward').waitFor();
  });

  after(() => stage?.close());

  it('are one for each score, over steps, with a line a source', async () => {
    await becomes(titles, [
      ...['reward', 'Character error rate', 'Exact match', 'Word overlap', 'Length ratio'],
      ...['answer_length', 'format_reward', 'judge', 'kl', 'Improved and regressed'],
    ]);
    await becomes(() => choice('Axis').inputValue(), 'step');
    await becomes(() => choice('Band').inputValue(), 'percentiles');
    await card('reward').scrollIntoViewIfNeeded();
    await card('reward').locator('.legend-entry').first().waitFor();
    await becomes(() => card('reward').locator('.legend-entry').allTextContents(), sources);
    await becomes(() => card('format_reward').locator('.trend-value').textContent(), /^train 100\.0% +val 100\.0%$/);
  });

  it('have a row for each checkpoint in their tables, with the numbers of each source', async () => {
    const [head = [], ...rows] = await texts('reward', (all) => all.length === steps.length);
    assert.deepEqual(head.slice(0, 6), [
      'Step',
      'Epoch',
      'reward, train',
      '10th percentile, train',
      '90th percentile, train',
      'Samples, train',
    ]);
    steps.slice(0, -1).forEach((step, index) => {
      const values = Array.from({ length: samplesOfSource }, (_, of) => rewardAt(step, of));
      const mean = values.reduce((sum, value) => sum + value, 0) / samplesOfSource;
      const [at, epoch, train, , , count, val] = rows[index] ?? [];
      assert.deepEqual([at, epoch, count], [step.toLocaleString('en-US'), '0', '6']);
      for (const text of [train, val]) assert.ok(Math.abs(Number(text) - mean) < 0.00051, `${step}: ${text}, ${mean}`);
    });
  });

  it('tell by the deciding score how the run did, and what improved', async () => {
    await tab()
      .getByText(/^▲ reward 0\.\d{3} → 0\.\d{3}, better$/)
      .waitFor();
    const rows = await texts('Improved and regressed', (all) => all.length === steps.length);
    const at = (step: string) => rows.find(([first]) => first === step);
    assert.deepEqual(rows[0], ['Step', 'Epoch', 'Improved', 'Regressed', 'Unchanged']);
    assert.deepEqual(at('400'), ['400', '0', '0', '12', '0']);
    assert.deepEqual(at('450'), ['450', '0', '12', '0', '0']);
    await card('Improved and regressed').getByText('by reward').waitFor();
  });

  it('take in a new checkpoint, in every source', async () => {
    await stage.add(job, rowsAt(1000));
    const rows = await texts('reward', (all) => all.length === steps.length + 1);
    assert.deepEqual(rows.at(-1)?.slice(0, 3), ['1,000', '0', '0.600']);
    await card('reward').getByText('step 1,000 (epoch 0)').waitFor();
  });

  it('go over epochs where one likes, and show one source alone', async () => {
    await changes('reward', () => choice('Axis').selectOption('epoch'));
    await card('reward').getByText('the checkpoints of an epoch at equal distances').waitFor();
    await choice('Axis').selectOption('step');
    await changes('kl', () => choice('Source').selectOption('val'));
    await eventually('no legend', async () =>
      (await card('kl').locator('.legend-entry').count()) === 0 ? true : undefined,
    );
    await choice('Source').selectOption('All');
    await card('kl').locator('.legend-entry').first().waitFor();
  });

  it('have another band, a smoothed line and a logarithmic axis where one likes, and say so', async () => {
    await changes('reward', () => choice('Band').selectOption('range'));
    await card('reward').getByText('band: min–max').waitFor();
    await changes('reward', () => tab().getByLabel('Smoothing').fill('60'));
    await card('reward').getByText('smoothed by 0.6').waitFor();
    await tab().getByLabel('Smoothing').press('ArrowRight');
    await card('reward').getByText('smoothed by 0.61').waitFor();
    await changes('reward', () => tab().getByLabel('Log scale').check());
    await card('format_reward').scrollIntoViewIfNeeded();
    await card('format_reward').getByText('12 values are 0 or less and not drawn').waitFor();
    await tab().getByLabel('Log scale').uncheck();
    await tab().getByLabel('Smoothing').fill('0');
  });

  it('are those that the reader keeps, by keyboard too', async () => {
    const menu = tab().getByRole('button', { name: 'Scores', exact: true });
    await menu.press('Enter');
    await tab().getByRole('checkbox', { name: 'Length ratio' }).uncheck();
    await tab().getByRole('checkbox', { name: 'answer_length' }).press('Space');
    await tab().getByRole('checkbox', { name: 'answer_length' }).press('Escape');
    await eventually('two fewer', async () => {
      const all = await titles();
      return all.length === 8 && !all.includes('Length ratio') && !all.includes('answer_length') ? true : undefined;
    });
    await menu.press('Enter');
    await tab().getByRole('checkbox', { name: 'Length ratio' }).check();
    await stage.workbench.page.keyboard.press('Escape');
    await card('Length ratio').waitFor();
  });

  it('lead to the rows of a checkpoint, from a table and from a chart', async () => {
    await card('reward').scrollIntoViewIfNeeded();
    await stage.button('Table of reward').press('Enter');
    await table('reward').getByRole('button', { name: '650', exact: true }).click();
    await stage.showing('1–10 of 12');
    await becomes(async () => (await stage.rows.first().textContent()) ?? '', /650/);
    await stage.openTab('Trends');
    await card('kl').scrollIntoViewIfNeeded();
    const chart = card('kl').locator('canvas');
    const box = await chart.boundingBox();
    assert.ok(box !== null);
    await clickUntil(chart, stage.grid, { x: box.width - 25, y: 60 });
    await stage.showing('1–10 of 12');
    await becomes(async () => (await stage.rows.first().textContent()) ?? '', /1,000/);
    await stage.openTab('Trends');
  });

  it('are also of every figure that the trainer logs, group by group, with gaps that are told', async () => {
    await log(
      Array.from({ length: 20 }, (_, index) => ({
        step: 50 * index,
        grad_norm: 1 + index / 10,
        ...{ 'train/kl': index % 5 === 2 ? null : index / 100, 'rewards/<b>format</b>': index / 20 },
      })),
    );
    // The listing tells of a step that was logged.
    await eventually('the figures', async () => ((await titles()).includes('grad_norm') ? true : undefined), 30_000);
    await card('train/kl').scrollIntoViewIfNeeded();
    await card('train/kl').getByText('step 950 · 4 values were not finite').waitFor();
    await becomes(() => card('rewards/<b>format</b>').count(), 1);
    const group = tab().getByRole('button', { name: 'rewards', exact: true });
    await group.press('Enter');
    await card('rewards/<b>format</b>').waitFor({ state: 'hidden' });
    await group.press('Enter');
    await card('rewards/<b>format</b>').waitFor();
    await tab().getByRole('button', { name: 'Metrics', exact: true }).click();
    await tab().getByRole('checkbox', { name: 'grad_norm' }).uncheck();
    await stage.workbench.page.keyboard.press('Escape');
    await card('grad_norm').waitFor({ state: 'detached' });
    await tab().getByText('2 of 3 shown').waitFor();
  });

  it('are kept as they were chosen while another editor is in front', async () => {
    await tab().getByLabel('Smoothing').fill('30');
    await stage.workbench.run('New Untitled Text File');
    await stage.workbench.page.locator('iframe.webview.ready').waitFor({ state: 'hidden' });
    await stage.workbench.tab('Predictions: one epoch').click();
    await card('reward').waitFor();
    await becomes(
      async () => [await tab().getByLabel('Smoothing').inputValue(), await choice('Band').inputValue()],
      ['30', 'range'],
    );
    await becomes(async () => (await titles()).includes('answer_length'), false);
  });

  it('are the four of the first edition, over epochs, for a run with one step an epoch and no scores of its own', async () => {
    await stage.train(
      'plain',
      Array.from({ length: 20 }, (_, index) => {
        const epoch = Math.floor(index / 4);
        return sample({ epoch, step: 40 * epoch, sample_index: index % 4, ground_truth: 'hello', prediction: 'hell' });
      }),
    );
    await stage.watch('plain');
    await stage.openTab('Trends');
    await card('Character error rate')
      .getByText(/^epoch 4 · 4 samples · mean, lower is better · band: min–max$/)
      .waitFor();
    await becomes(titles, [
      'Character error rate',
      'Exact match',
      'Word overlap',
      'Validation pass rate',
      'Improved and regressed',
    ]);
    await becomes(
      async () => [await choice('Axis').inputValue(), await choice('Band').inputValue()],
      ['epoch', 'range'],
    );
    await becomes(() => choice('Source').isVisible(), false);
    await tab().getByText('= same error').waitFor();
    await card('Improved and regressed')
      .getByText('samples against the epoch before, by character error rate')
      .waitFor();
  });
});
