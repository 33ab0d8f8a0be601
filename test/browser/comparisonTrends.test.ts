import assert from 'node:assert/strict';
import type { PredictionInput } from '../../src/wire/sentPrediction.ts';
import type { TrendPoint } from '../../src/wire/trends.ts';
import { becomes, eventually } from '../support/eventually.ts';
import { clickUntil, openTab } from '../support/panelStage.ts';
import { readSampleRun } from '../support/sampleRun.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, predictionsPath, request, type TestJob } from '../support/serverClient.ts';
import { Workbench } from '../support/workbench.ts';

const run = readSampleRun();
const epochs = [...new Set(run.map(({ epoch }) => epoch))].sort((a, b) => a - b);
const newest = Math.max(...epochs);
const sampleIndex = 3;

/** The recorded answers to a sample, the first epoch first. */
const answersTo = (index: number) =>
  run.filter((row) => row.sample_index === index).sort((one, other) => one.epoch - other.epoch);
const rate = (row: PredictionInput | undefined) => row?.char_error_rate ?? Number.NaN;

/** Of a sample: the first epoch whose answer is right, and the first that is worse than the one before. */
function firstsOf(index: number): { correct: number | undefined; regression: number | undefined } {
  const answers = answersTo(index);
  return {
    correct: answers.find(({ exact_match }) => exact_match === 1)?.epoch,
    regression: answers.find((answer, at) => rate(answer) > rate(answers[at - 1]))?.epoch,
  };
}

/** How many samples of an epoch got better, got worse and stayed, counted from the recorded rates. */
function changesIn(epoch: number): number[] {
  const rates = (of: number) =>
    new Map(run.filter((row) => row.epoch === of).map((row) => [row.sample_index, rate(row)]));
  const before = rates(epoch - 1);
  const steps = [...rates(epoch)].map(([index, now]) => now - (before.get(index) ?? Number.NaN));
  return [steps.filter((step) => step < 0), steps.filter((step) => step > 0), steps.filter((step) => step === 0)].map(
    ({ length }) => length,
  );
}

describe('one sample and all epochs in VS Code', () => {
  let server: TestServer;
  let job: TestJob;
  let workbench: Workbench;

  const panel = () => workbench.panel;
  const sample = () => panel().getByRole('combobox', { name: 'Sample' });
  const against = () => panel().getByRole('combobox', { name: 'Difference to' });
  const button = (name: string | RegExp) => panel().getByRole('button', { name });
  const heading = (epoch: number) => panel().getByRole('heading', { name: `Epoch ${epoch}`, exact: true });
  const entry = (epoch: number) =>
    panel()
      .getByRole('listitem')
      .filter({ has: heading(epoch) });
  const dataTable = (name: string) => panel().getByRole('table', { name, exact: true });

  async function train(epoch: number): Promise<void> {
    const rows = run.filter((row) => row.epoch === epoch).map((row) => ({ ...row }));
    const { status, text } = await post(server, job, rows);
    assert.equal(status, 200, text);
  }

  /** The texts of a chart's data table, row by row, once it has a row for each of so many epochs. */
  function tableTexts(name: string, rows: number): Promise<string[][]> {
    return eventually(`${rows} rows of ${name}`, async () => {
      const texts = await dataTable(name)
        .locator('tbody tr')
        .evaluateAll((lines) => lines.map((line) => [...line.children].map((cell) => cell.textContent ?? '')));
      return texts.length === rows ? texts : undefined;
    });
  }

  before(async () => {
    server = await startServer();
    job = await createJob(server, { model_name: 'orders', status: 'running' });
    for (const epoch of epochs.slice(0, -1)) await train(epoch);
    workbench = await Workbench.open({ machineSettings: { 'trainingPredictions.serverUrl': server.url } });
    workbench.page.on('dialog', (dialog) => assert.fail(`a dialog opened: ${dialog.message()}`));
    await workbench.run('Set API Key');
    await workbench.answer(server.apiKey);
    await workbench.notification('is stored').waitFor();
    await workbench.choose('Watch Training Predictions', 'orders');
    await panel().getByRole('status').filter({ hasText: 'Live' }).waitFor();
  });

  after(async () => {
    await workbench?.close();
    await server?.kill();
  });

  it('names prompt and epochs of each sample and shows the answers, the newest epoch first', async () => {
    await openTab(panel(), 'Comparison');
    await heading(newest - 1).waitFor();
    const texts = () => sample().locator('option').allTextContents();
    await becomes(async () => (await texts()).length, 50);
    await becomes(async () => (await texts())[sampleIndex], /^#3 Can you get 32 tea kettles .* \(30 epochs\)$/);
    await becomes(
      () =>
        panel()
          .getByRole('heading', { name: /^Epoch \d+$/ })
          .allTextContents(),
      epochs
        .slice(0, -1)
        .toReversed()
        .map((epoch) => `Epoch ${epoch}`),
    );
  });

  it('goes to the next and the previous sample by button and by key', async () => {
    const chosen = (index: number) =>
      eventually(`sample ${index}`, async () => ((await sample().inputValue()) === String(index) ? true : undefined));
    await button('Next sample').click();
    await chosen(1);
    await button('Previous sample').click();
    await chosen(0);
    for (let press = 1; press <= sampleIndex + 1; press += 1) {
      await panel().locator('body').press(']');
      await chosen(press);
    }
    await panel().locator('body').press('[');
    await chosen(sampleIndex);
    await panel()
      .getByText('{"item": "tea kettles", "quantity": 32, "city": "Austin", "due": "2025-12-15"}')
      .first()
      .waitFor();
  });

  it('marks what an answer has more and less than the ground truth', async () => {
    const first = answersTo(sampleIndex)[0];
    const shown = entry(0);
    await shown.locator('ins').first().waitFor();
    await shown.locator('del').first().waitFor();
    const texts = () =>
      shown.locator('.difference').evaluate((content) =>
        (['del', 'ins'] as const).map((without) => {
          const copy = content.cloneNode(true);
          for (const part of copy.querySelectorAll(without)) part.remove();
          return copy.textContent;
        }),
      );
    await becomes<unknown[]>(texts, [first?.prediction, first?.ground_truth]);
  });

  it('marks the difference to the epoch before, or none, as one likes', async () => {
    await against().selectOption('previous epoch');
    await eventually('a first epoch without marks', async () =>
      (await entry(0).locator('ins, del').count()) === 0 ? true : undefined,
    );
    await entry(1).locator('ins').first().waitFor();
    await against().selectOption('nothing');
    await eventually('no marks', async () =>
      (await panel().locator('.history ins, .history del').count()) === 0 ? true : undefined,
    );
    await against().selectOption('ground truth');
    await entry(0).locator('ins').first().waitFor();
  });

  it('jumps to the first right answer and to the first that got worse', async () => {
    const { correct, regression } = firstsOf(sampleIndex);
    assert.ok(correct !== undefined && regression !== undefined);
    for (const [name, epoch] of [
      [`First correct: epoch ${correct}`, correct],
      [`First regression: epoch ${regression}`, regression],
    ] as const) {
      await button(name).press('Enter');
      await eventually(name, () => heading(epoch).evaluate((target) => (target.matches(':focus') ? true : undefined)));
      await eventually('the heading is in sight', async () => {
        const y = (await heading(epoch).boundingBox())?.y ?? 0;
        return (y > 0 && y < 900) || undefined;
      });
    }
  });

  it('opens an answer beside the ground truth in the diff editor', async () => {
    await entry(newest - 1).hover();
    await entry(newest - 1)
      .getByRole('button', { name: 'Open in diff editor' })
      .click();
    await workbench.page.locator('.monaco-diff-editor').waitFor();
    await workbench.page.keyboard.press('Control+F4');
    await workbench.tab('Predictions: orders').click();
    await heading(newest - 1).waitFor();
  });

  it('lets a new epoch move nothing that one reads', async () => {
    const place = async () => (await heading(0).boundingBox())?.y;
    await heading(0).scrollIntoViewIfNeeded();
    const before = await place();
    await train(newest);
    await heading(newest).waitFor({ state: 'attached' });
    const shift = Math.abs(((await place()) ?? Number.NaN) - (before ?? Number.NaN));
    assert.ok(shift < 2, `moved by ${shift} px`);
  });

  it('has the numbers of the server in the data tables of its charts', async () => {
    await openTab(panel(), 'Trends');
    const answer = await request(server, predictionsPath(job.id, '/trends'));
    const points = answer.json['trends'] as TrendPoint[];
    assert.equal(points.length, epochs.length);
    const charts = [
      ['Character error rate', ['avg_char_error_rate', 'min_char_error_rate', 'max_char_error_rate'], 0.0005, 1],
      ['Exact match', ['avg_exact_match'], 0.0005, 100],
      ['Word overlap', ['avg_word_overlap'], 0.0005, 100],
      ['Validation pass rate', ['validation_pass_rate'], 0.0005, 100],
    ] as const;
    for (const [name, fields, tolerance, scale] of charts) {
      await panel().getByRole('img', { name, exact: true }).waitFor();
      const rows = await tableTexts(name, points.length);
      points.forEach((point, index) => {
        const [epoch, step, ...values] = (rows[index] ?? []).map((text) => Number(text.replace(/[,%]/g, '')));
        assert.deepEqual([epoch, step, values.pop()], [point.epoch, point.step, point.sample_count], name);
        assert.equal(values.length, fields.length);
        fields.forEach((field, at) => {
          const off = Math.abs((values[at] ?? Number.NaN) / scale - Number(point[field]));
          assert.ok(off <= tolerance + 1e-9, `${name} of epoch ${point.epoch}: ${values[at]} for ${point[field]}`);
        });
      });
    }
    const improvement = Number(answer.json['overall_improvement']);
    await panel()
      .getByText(`${improvement.toFixed(1)}% less error`)
      .waitFor();
  });

  it('counts the samples that improved, regressed and stayed in each epoch', async () => {
    const rows = await tableTexts('Improved and regressed', epochs.length);
    const counts = rows.slice(1).map(([epoch, , ...cells]) => [Number(epoch), ...cells.map(Number)]);
    assert.deepEqual(
      counts,
      epochs.slice(1).map((epoch) => [epoch, ...changesIn(epoch)]),
    );
  });

  it('opens the predictions of an epoch from its row, by keyboard alone', async () => {
    await button('Table of Exact match').press('Enter');
    const row = dataTable('Exact match').getByRole('button', { name: '7', exact: true });
    await dataTable('Exact match')
      .getByRole('button', { name: String(newest), exact: true })
      .press('Home');
    for (let epoch = 0; epoch < 7; epoch += 1) await panel().locator(':focus').press('ArrowDown');
    await row.press('Enter');
    await panel().getByText('Showing 1–10 of 50', { exact: true }).waitFor();
    await becomes(() => panel().getByRole('combobox', { name: 'Epoch' }).inputValue(), '7');
    await becomes(() => panel().getByRole('tab', { name: 'Predictions' }).getAttribute('aria-selected'), 'true');
  });

  it('opens the predictions of an epoch by a click on a chart', async () => {
    await openTab(panel(), 'Trends');
    const chart = panel().getByRole('img', { name: 'Exact match', exact: true });
    const box = await chart.boundingBox();
    assert.ok(box !== null);
    // A click on a chart that is still to be drawn does nothing.
    await clickUntil(chart, panel().getByRole('grid', { name: 'Predictions' }), { x: box.width - 12, y: 60 });
    await becomes(() => panel().getByRole('combobox', { name: 'Epoch' }).inputValue(), String(newest));
    await panel().getByText('Showing 1–10 of 50', { exact: true }).waitFor();
  });
});
