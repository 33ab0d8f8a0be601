import assert from 'node:assert/strict';
import { becomes, eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { sample, type TestJob } from '../support/serverClient.ts';

const line = (number: number) => `Line ${number} tells of a kettle that was ordered and never came.`;
const lines = (count: number) => Array.from({ length: count }, (_, number) => line(number)).join('\n');
const prompt = lines(60);
const answer = (epoch: number) => `In epoch ${epoch}: ${lines(220)}`;
const truth = 'The capital of France is Paris, which lies on the river Seine in the north of the country.';
const prose = (epoch: number) => truth.replace('Paris', `Town ${epoch}`).replace('river Seine', 'broad Rhone');
const exact = 'x'.repeat(2000);

/** The same data as the truth in epoch 2, and another city before. */
const order = '{"item":"tea kettles","quantity":32,"city":"Austin"}';
const orderIn = (epoch: number) =>
  `{"city": "${epoch < 2 ? 'Houston' : 'Austin'}", "item": "tea kettles", "quantity": 32${epoch < 2 ? ', "due": null' : ''}}`;

describe('long texts, in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;

  const row = (epoch: number) => [
    sample({ epoch, step: epoch, sample_index: 0, prompt, ground_truth: answer(0), prediction: answer(epoch) }),
    sample({ epoch, step: epoch, sample_index: 1, prompt: exact, ground_truth: truth, prediction: prose(epoch) }),
  ];
  const shared = () => stage.panel.locator('.sample-texts .long-text:visible').first();
  const heightOf = async (of: ReturnType<typeof shared>) => (await of.boundingBox())?.height ?? 0;
  const title = (name: string) => stage.panel.getByRole('button', { name, exact: true });
  const entry = (epoch: number) =>
    stage.panel
      .locator('.history > .entry')
      .filter({ has: stage.panel.getByRole('heading', { name: `Epoch ${epoch}`, exact: true }) });
  const showAll = (characters: string, of: string) =>
    stage.button(new RegExp(`^Show all ${characters} characters\\s*, ${of}$`));

  before(async () => {
    stage = await PanelStage.open();
    job = await stage.train('long texts', [1, 2, 3].flatMap(row));
    await stage.watch('long texts');
    await stage.openTab('Comparison');
    await stage.chooseSample(0);
  });

  after(() => stage?.close());

  it('have six lines of a prompt that all answers belong to, and all of it in place when one asks', async () => {
    const all = showAll(prompt.length.toLocaleString('en'), 'Prompt');
    await all.waitFor();
    await becomes(async () => (await heightOf(shared())) < 130, true, 'about six lines');
    await becomes(async () => (await shared().textContent())?.length, 2000);
    await all.click();
    await eventually('all of it', async () => ((await shared().textContent()) === prompt ? true : undefined));
    await becomes(async () => (await heightOf(shared())) > 900, true, 'without a place that scrolls');
  });

  it('stay folded or whole from sample to sample, while others arrive, and out of the way once closed', async () => {
    await stage.add(job, row(4));
    await entry(4).waitFor();
    assert.equal(await shared().textContent(), prompt);
    await stage.chooseSample(1);
    await eventually('the other one', async () => ((await shared().textContent()) === exact ? true : undefined));
    // All of it is there, though it is as long as what a message carries.
    await stage.button(/^Show less\s*, Prompt$/).click();
    await showAll('2,000', 'Prompt').waitFor();
    assert.doesNotMatch(await stage.panel.locator('.sample-texts').innerText(), /first 2,000/);
    await becomes(() => title('Prompt').getAttribute('aria-expanded'), 'true');
    await title('Prompt').press('Enter');
    await becomes(() => title('Prompt').getAttribute('aria-expanded'), 'false');
    await stage.chooseSample(0);
    await entry(4).waitFor();
    await becomes(() => title('Prompt').getAttribute('aria-expanded'), 'false');
    assert.doesNotMatch(await stage.panel.locator('.sample-texts').innerText(), /^Line 0/m);
    await title('Prompt').press('Enter');
    await becomes(async () => (await heightOf(shared())) < 130, true, 'about six lines');
  });

  it('are whole in an answer of the comparison when one asks, and stay so', async () => {
    const text = entry(2).locator('.long-text');
    await stage.panel.getByLabel('Difference to').selectOption('nothing');
    const all = showAll(answer(2).length.toLocaleString('en'), 'Epoch 2');
    await eventually('the beginning', async () => ((await text.textContent())?.length === 2000 ? true : undefined));
    await all.focus();
    await all.press('Enter');
    await eventually('all of it', async () => ((await text.textContent()) === answer(2) ? true : undefined));
    await stage.add(job, row(5));
    await entry(5).waitFor();
    assert.equal(await text.textContent(), answer(2));
    assert.equal((await entry(3).locator('.long-text').textContent())?.length, 2000);
    await stage.button(/^Show less\s*, Epoch 2$/).click();
    await eventually('the beginning', async () => ((await text.textContent())?.length === 2000 ? true : undefined));
    await stage.panel.getByLabel('Difference to').selectOption('ground truth');
  });

  it('have differences of prose by word', async () => {
    await stage.chooseSample(1);
    await entry(3).locator('ins').first().waitFor();
    const marked = (kind: string) => entry(3).locator(kind).allTextContents();
    await becomes(
      async () => [await marked('del'), await marked('ins')],
      [
        ['Paris', 'river Seine'],
        ['Town 3', 'broad Rhone'],
      ],
    );
  });

  it('are compared as data where they are JSON and one asks, in the comparison and in an open row', async () => {
    const json = (epoch: number) =>
      sample({
        epoch,
        step: epoch,
        sample_index: 2,
        prompt: 'as JSON',
        ground_truth: order,
        prediction: orderIn(epoch),
        validation_pass: epoch > 1,
        validation_errors: epoch > 1 ? undefined : [{ path: '/city', message: 'must be another one' }],
      });
    await stage.add(job, [1, 2].map(json));
    const choice = stage.panel.getByRole('combobox', { name: 'Compare JSON' });
    assert.equal(await choice.isVisible(), false, 'prose has no keys');
    await stage.chooseSample(2);
    await choice.selectOption('By key');
    await entry(2).getByText('The same data: the order of keys and spaces do not count.').waitFor();
    await becomes(() => entry(2).locator('ins, del').count(), 0);
    const text = entry(1).locator('.difference');
    await eventually('the keys', async () =>
      (await text.innerText()) === 'city: "Austin" "Houston"\ndue: null' ? true : undefined,
    );
    await entry(1).getByText('2 keys differ.').waitFor();
    await stage.openTab('Predictions');
    await stage.rows.filter({ hasText: 'Houston' }).getByRole('button').first().click();
    const detail = stage.grid.locator('tbody tr:not([data-id])');
    await detail.getByText('2 keys differ.').waitFor();
    await detail.getByRole('combobox', { name: 'Compare JSON' }).selectOption('Text');
    // The place that the validator names is marked in the text.
    await detail.locator('.error-place').first().waitFor();
    await becomes(async () => (await detail.locator('.error-place').allTextContents()).join(''), '"Houston"');
    await stage.rows.filter({ hasText: 'Houston' }).getByRole('button').first().click();
  });

  it('have the places of errors marked where JSON is rendered, too', async () => {
    await stage.rows.filter({ hasText: 'Houston' }).getByRole('button').first().click();
    const detail = stage.grid.locator('tbody tr:not([data-id])');
    const form = detail.getByRole('combobox', { name: 'Text form' });
    const json = detail.getByRole('combobox', { name: 'Compare JSON' });
    await detail.locator('.difference .error-place').first().waitFor();
    await form.selectOption('Rendered');
    const mark = detail.locator('.rendered mark[data-kind="error-place"]');
    await mark.waitFor();
    await becomes(() => mark.textContent(), '"Houston"');
    // Which has no place in what differs by key, and one in the text.
    await form.selectOption('Raw');
    await json.selectOption('By key');
    await detail.getByText('2 keys differ.').waitFor();
    await becomes(() => detail.locator('.error-place').count(), 0);
    await form.selectOption('Rendered');
    await mark.waitFor();
    await form.selectOption('Raw');
    await json.selectOption('Text');
    await detail.locator('.difference .error-place').first().waitFor();
    await stage.rows.filter({ hasText: 'Houston' }).getByRole('button').first().click();
  });

  it('show what is searched for in cells, marked, also where it stands far behind their beginnings', async () => {
    await stage.openTab('Predictions');
    await stage.search.fill('LINE 25 tells');
    await stage.showing('1–5 of 5');
    const marks = stage.rows.first().locator('mark');
    await eventually('the marks', async () => ((await marks.count()) === 3 ? true : undefined));
    for (const place of ['prompt', 'groundTruth', 'prediction']) {
      const cell = stage.rows.first().locator(`td.column-${place}`);
      const mark = cell.locator('mark');
      await becomes(() => mark.textContent(), 'Line 25 tells');
      const [outer, inner] = [await cell.boundingBox(), await mark.boundingBox()];
      assert.ok(outer !== null && inner !== null && inner.y + inner.height <= outer.y + outer.height, place);
      const text = await cell.locator('.cell-text, .clip').last().textContent();
      assert.ok(
        (place === 'prompt' ? prompt : answer(5)).startsWith(text?.slice(0, 7) ?? '-') || place === 'groundTruth',
      );
    }
    await stage.search.press('Escape');
    await stage.showing('1–10 of 12');
    await becomes(() => stage.grid.locator('mark').count(), 0);
  });

  it('are whole in the completions of an open group when one asks', async () => {
    const grouped = (completion_index: number) =>
      sample({
        ...{ epoch: 1, step: 1, sample_index: 0, completion_index, prompt, ground_truth: answer(0) },
        prediction: answer(completion_index),
      });
    const of = await stage.train('long groups', [0, 1].map(grouped));
    assert.ok(of.id);
    await stage.workbench.run('View: Close Editor');
    await stage.watch('long groups');
    await stage.rows.first().getByRole('button').first().click();
    const text = stage.panel.locator('.completion').filter({ hasText: 'In epoch 1' }).locator('.long-text');
    await text.waitFor();
    await becomes(async () => (await text.textContent())?.length, 2000);
    await showAll(answer(1).length.toLocaleString('en'), 'Completion 2').click();
    await eventually('all of it', async () => ((await text.textContent()) === answer(1) ? true : undefined));
    await showAll(prompt.length.toLocaleString('en'), 'Prompt').click();
    const asked = stage.panel.locator('.detail .long-text.prose').first();
    await eventually('all of the prompt', async () => ((await asked.textContent()) === prompt ? true : undefined));
    await stage.workbench.run('View: Close Editor');
    await stage.watch('long texts');
  });

  it('are whole in an open row when one asks', async () => {
    await stage.openTab('Predictions');
    await stage.rows.filter({ hasText: 'In epoch 5' }).getByRole('button').first().click();
    const detail = stage.grid.locator('tbody tr:not([data-id])');
    await detail.getByText(/received/).waitFor();
    const text = detail.locator('.long-text').nth(1);
    const before = await heightOf(text);
    const length = answer(0).length.toLocaleString('en');
    await detail
      .getByRole('button', { name: `Show all ${length} characters` })
      .first()
      .click();
    await becomes(async () => (await heightOf(text)) > before + 1000, true, 'without a place that scrolls');
    await detail.getByRole('button', { name: 'Show less' }).click();
    await becomes(() => heightOf(text), before);
  });
});
