import assert from 'node:assert/strict';
import { becomes, eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { sample, type TestJob } from '../support/serverClient.ts';

const epochs = 250;

describe('a job of many epochs in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;

  /** Every other answer to sample 1 is taller than its place. */
  const answer = (epoch: number, index: number) =>
    index === 1 && epoch % 2 === 0 ? `line ${epoch}\n`.repeat(60) : `hello ${epoch % 7}`;
  const row = (epoch: number, index: number) =>
    sample({
      epoch,
      step: 123_456 + epoch,
      sample_index: index,
      ground_truth: 'hello',
      prediction: answer(epoch, index),
    });
  const list = () => stage.panel.getByLabel('Epoch', { exact: true });
  const choices = () => list().locator('option').count();
  const chosen = () => list().locator('option:checked').textContent();
  const table = () => stage.panel.getByRole('table', { name: 'Character error rate' });
  const lines = () => table().locator('tbody tr').count();

  before(async () => {
    stage = await PanelStage.open();
    job = await stage.train(
      'long',
      Array.from({ length: epochs }, (_, epoch) => [row(epoch, 0), row(epoch, 1)]).flat(),
    );
    await stage.watch('long');
    await stage.showing('1–10 of 500');
  });

  after(() => stage?.close());

  it('has the newest 200 in a closed list of epochs, and all in one that is opened', async () => {
    await eventually('the newest', async () => ((await choices()) === 201 ? true : undefined));
    await list().focus();
    await eventually('all', async () => ((await choices()) === epochs + 1 ? true : undefined));
    await list().selectOption({ label: '3 (2)' });
    await stage.showing('1–2 of 2');
    await stage.search.focus();
    // The one that is chosen stays, though it is an old one.
    await eventually('the newest and the chosen one', async () => ((await choices()) === 202 ? true : undefined));
    await becomes(chosen, '3 (2)');
  });

  it('counts an old epoch that is chosen up to what the server has', async () => {
    await stage.add(job, [row(3, 2)]);
    await stage.showing('1–3 of 3');
    await eventually('the count', async () => ((await chosen()) === '3 (3)' ? true : undefined));
    await list().focus();
    await eventually('one choice of it', async () => ((await choices()) === epochs + 1 ? true : undefined));
    await becomes(chosen, '3 (3)');
    await list().selectOption({ label: 'All (501)' });
    await stage.showing('1–10 of 501');
  });

  it('has the newest lines in the data tables of its charts, says so, and adds older ones', async () => {
    await stage.openTab('Trends');
    const said = (shown: number) => `Showing the newest ${shown} of ${epochs} lines. A saved CSV has all of them.`;
    const card = stage.panel.getByRole('region', { name: 'Character error rate' });
    await card.getByText(said(100)).waitFor({ state: 'attached' });
    await becomes(lines, 100);
    // Out of sight there is nothing that could take the focus unseen.
    assert.equal(await card.getByRole('button', { name: 'Show more' }).count(), 0);
    await stage.button('Table of Character error rate').click();
    await card.getByRole('button', { name: 'Show more' }).click();
    await card.getByText(said(200)).waitFor();
    await becomes(lines, 200);
    await becomes(() => table().locator('tbody tr').first().locator('th').innerText(), String(epochs - 200));
    await card.getByRole('button', { name: 'Show more' }).click();
    await eventually('all', async () => ((await lines()) === epochs ? true : undefined));
    await becomes(() => card.getByText('Showing the newest').isVisible(), false);
  });

  it('draws the bars of the newest epochs, and says of how many', async () => {
    await stage.panel.getByText('showing the newest 200 of 250 epochs').waitFor();
  });

  it('follows new epochs in its charts to the last one', async () => {
    for (let epoch = epochs; epoch < epochs + 20; epoch += 1) await stage.add(job, [row(epoch, 0)]);
    const last = table().locator('tbody tr').last().locator('th');
    await eventually('the last one', async () => ((await last.innerText()) === String(epochs + 19) ? true : undefined));
  });

  it('has room for large steps, and stops the keyboard at an answer that scrolls, once that is near, and at no other', async () => {
    await stage.openTab('Comparison');
    await stage.chooseSample(1);
    // Entries that were still to be drawn when the tab was left are drawn when one comes back.
    await stage.openTab('Trends');
    await stage.openTab('Comparison');
    const entry = (epoch: number) =>
      stage.panel
        .getByRole('listitem')
        .filter({ has: stage.panel.getByRole('heading', { name: `Epoch ${epoch}`, exact: true }) });
    const text = (epoch: number) => entry(epoch).locator('.long-text');
    const isStop = async (epoch: number) => (await text(epoch).getAttribute('tabindex')) === '0';
    const step = entry(248).getByText('step 123,704');
    await step.waitFor();
    const [left, right] = [await step.boundingBox(), await text(248).boundingBox()];
    assert.ok(left !== null && right !== null && left.x + left.width <= right.x, 'the step lies over the answer');
    await eventually('a stop', async () => ((await isStop(248)) ? true : undefined));
    assert.deepEqual([await isStop(249), await isStop(247), await isStop(60)], [false, false, false]);
    await text(60).scrollIntoViewIfNeeded();
    await eventually('a stop once it is near', async () => ((await isStop(60)) ? true : undefined));
    assert.equal(await isStop(61), false);
    await text(60).focus();
    await stage.workbench.page.keyboard.press('End');
    await eventually('the end of the text', async () =>
      (await text(60).evaluate((place) => place.scrollTop)) > 100 ? true : undefined,
    );
  });
});
