import assert from 'node:assert/strict';
import AxeBuilder from '@axe-core/playwright';
import { becomes, eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { sample, type TestJob } from '../support/serverClient.ts';

/** More than the Comparison tab is told of. */
const many = 2500;
const lines = (epoch: number) =>
  Array.from({ length: epoch % 2 === 0 ? 40 : 2 }, (_, line) => `Line ${line} of ${epoch}`).join('\n');

describe('the slider over the checkpoints of a sample, in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;

  const row = (epoch: number, index = 0) =>
    sample({
      epoch,
      step: epoch,
      sample_index: index,
      prompt: `q${index}`,
      ground_truth: 'a',
      prediction: lines(epoch),
    });
  const slider = () => stage.panel.getByRole('slider', { name: 'Walk through' });
  const place = () => stage.panel.getByRole('list', { name: 'Answer walked to' });
  const press = (key: string) => slider().press(key);
  const shows = (epoch: number) =>
    eventually(`the answer of ${epoch}`, async () => {
      const text = await place().locator('.difference').textContent();
      return text?.includes(`Line 1 of ${epoch}`) === true || undefined;
    });
  const is = (said: string) =>
    eventually(said, async () => ((await slider().getAttribute('aria-valuetext')) === said ? true : undefined));

  before(async () => {
    stage = await PanelStage.open();
    job = await stage.train('walk', [
      ...Array.from({ length: 6 }, (_, index) => row(index + 1)),
      ...Array.from({ length: 3 }, (_, index) => row(index + 1, 1)),
      ...Array.from({ length: many }, (_, index) => row(index + 1, 2)),
    ]);
    await stage.watch('walk');
    await stage.openTab('Comparison');
    await stage.chooseSample(0);
  });

  after(() => stage?.close());

  it('walks through the answers by keyboard, says where it is, and leaves the list as it is', async () => {
    await is('Epoch 6');
    assert.equal(await place().isVisible(), false);
    const listed = () => stage.panel.locator('.history > .entry').allTextContents();
    const list = await listed();
    for (const [key, epoch] of [
      ['Home', 1],
      ['ArrowRight', 2],
      ['ArrowUp', 3],
      ['End', 6],
      ['ArrowLeft', 5],
    ] as const) {
      await press(key);
      await is(`Epoch ${epoch}`);
      await shows(epoch);
      assert.equal(
        await place()
          .getByRole('heading', { name: `Epoch ${epoch}`, exact: true })
          .count(),
        1,
      );
    }
    assert.deepEqual(await listed(), list);
  });

  it('shows each answer in one place, and keeps how far the reader scrolled', async () => {
    await press('Home');
    await press('ArrowRight');
    await shows(2);
    const before = await place().boundingBox();
    const top = () => place().evaluate((list) => list.scrollTop);
    await place().evaluate((list) => {
      list.scrollTop = 100;
    });
    await stage.workbench.page.waitForTimeout(100);
    await press('ArrowRight');
    await shows(3);
    assert.deepEqual(await place().boundingBox(), before);
    await press('ArrowRight');
    await shows(4);
    await eventually('where the reader was', async () => (Math.abs((await top()) - 100) < 2 ? true : undefined));
    assert.deepEqual(await place().boundingBox(), before);
  });

  it('goes further as new checkpoints come, and leaves the reader at hers', async () => {
    await stage.add(job, [row(7)]);
    await eventually('seven', async () => ((await slider().getAttribute('max')) === '6' ? true : undefined));
    await becomes(() => slider().inputValue(), '3');
    await is('Epoch 4');
    await press('End');
    await shows(7);
  });

  it('goes with the reader from sample to sample, and is not there where answers are few', async () => {
    await press('Home');
    await shows(1);
    await stage.chooseSample(1);
    await eventually('no slider', async () => ((await slider().isVisible()) ? undefined : true));
    await stage.chooseSample(0);
    await slider().waitFor();
    await press('Home');
    await stage.button('Close').click();
    await becomes(() => place().isVisible(), false);
    await becomes(() => slider().evaluate((input) => input.matches(':focus')), true);
    await is('Epoch 7');
  });

  it('reaches answers that the list does not have, among thousands', async () => {
    await stage.chooseSample(2);
    await is(`Epoch ${many.toLocaleString('en')}`);
    await press('Home');
    await shows(1);
    await is('Epoch 1');
    await press('ArrowRight');
    await shows(2);
    await is('Epoch 2');
    await stage.add(job, [row(many + 1, 2)]);
    await eventually('one more', async () =>
      (await slider().getAttribute('max')) === String(many) ? true : undefined,
    );
    await shows(2);
    await stage.panel.getByLabel('Difference to').selectOption('nothing');
    await eventually('no marks', async () => ((await place().locator('ins, del').count()) === 0 ? true : undefined));
    await becomes(() => slider().inputValue(), '1');
  });

  it('has nothing that axe calls serious, in light and in high contrast', async () => {
    await stage.chooseSample(0);
    await press('Home');
    await press('ArrowRight');
    await shows(2);
    for (const theme of ['Light Modern', 'Dark High Contrast']) {
      await stage.workbench.useTheme(theme);
      const { violations } = await new AxeBuilder({ page: stage.workbench.page })
        .include(['iframe.webview.ready', '#active-frame', 'body'])
        .analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.deepEqual(
        serious.map(({ id, nodes }) => [theme, id, nodes[0]?.html]),
        [],
      );
    }
  });
});
