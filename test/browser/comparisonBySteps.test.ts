import assert from 'node:assert/strict';
import { becomes, eventually } from '../support/eventually.ts';
import { firstCorrect, rowsAt, steps } from '../support/oneEpochRun.ts';
import { PanelStage } from '../support/panelStage.ts';
import type { TestJob } from '../support/serverClient.ts';

describe('one sample of a run of one epoch in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;

  const sample = () => stage.panel.getByRole('combobox', { name: 'Sample' });
  const source = () =>
    stage.panel.getByRole('tabpanel', { name: 'Comparison' }).getByRole('combobox', { name: 'Source' });
  const against = () => stage.panel.getByRole('combobox', { name: 'Difference to' });
  const heading = (step: string) => stage.panel.getByRole('heading', { name: `Step ${step}`, exact: true });
  const entry = (step: string) => stage.panel.locator('.entry').filter({ has: heading(step) });
  const options = (select: ReturnType<typeof sample>) => select.locator('option').allTextContents();

  before(async () => {
    stage = await PanelStage.open();
    job = await stage.train('one epoch', steps.slice(0, -1).flatMap(rowsAt));
    await stage.watch('one epoch');
    await stage.openTab('Comparison');
    await heading('950').waitFor();
  });

  after(() => stage?.close());

  it('has a heading for each step, with the epoch beside it', async () => {
    await becomes(
      () => stage.panel.getByRole('heading', { name: /^Step / }).allTextContents(),
      steps
        .slice(0, -1)
        .toReversed()
        .map((step) => `Step ${step}`),
    );
    await becomes(() => entry('650').locator('.entry-step').textContent(), 'epoch 0');
  });

  it('tells samples of several sources apart, and shows those of one alone', async () => {
    await becomes(async () => (await options(sample())).length, 12);
    const all = await options(sample());
    assert.match(all[0] ?? '', /^#0 train: How many kettles .* \(19 answers\)$/);
    assert.match(all[1] ?? '', /^#0 val: /);
    await becomes(() => options(source()), ['All', 'train', 'val']);
    await source().selectOption('val');
    await eventually('six samples', async () => ((await sample().locator('option').count()) === 6 ? true : undefined));
    await stage.panel.getByText('How many kettles does order 0 of val ask for?', { exact: true }).waitFor();
    await source().selectOption('train');
    await stage.panel.getByText('How many kettles does order 0 of train ask for?', { exact: true }).waitFor();
    await source().selectOption('All');
  });

  it('shows every score of an answer, marks the deciding one and judges by it', async () => {
    await becomes(
      () => entry('650').locator('.entry-score').allTextContents(),
      ['answer_length 15', 'format_reward 1', 'judge 7', 'kl 0.026', 'reward 0.650, the deciding score'],
    );
    assert.doesNotMatch((await entry('600').locator('.entry-score').allTextContents()).join(), /judge/);
    await becomes(() => entry('400').locator('.entry-mark').textContent(), '▼ worse');
    await becomes(() => entry('450').locator('.entry-mark').textContent(), '▲ better');
    await becomes(
      () => entry('450').locator('.entry-mark').getAttribute('title'),
      'Against the checkpoint before, by reward',
    );
  });

  it('holds answers against the step before, the first one and the best one', async () => {
    await becomes(() => options(against()), ['ground truth', 'previous step', 'first', 'best', 'nothing']);
    const before = (step: string) =>
      entry(step)
        .locator('.difference')
        .evaluate((content) => {
          const copy = content.cloneNode(true) as typeof content;
          for (const part of copy.querySelectorAll('ins')) part.remove();
          return copy.textContent;
        });
    const holds = (step: string, text: string) =>
      eventually(`${step} against ${text}`, async () => ((await before(step)) === text ? true : undefined));
    const answer = (step: number) => String(rowsAt(step)[0]?.['prediction']);
    await against().selectOption('previous step');
    await holds('500', answer(450));
    await against().selectOption('first');
    await holds('500', answer(50));
    await against().selectOption('best');
    // 900 and 950 have the same reward: the earlier one is the best.
    await holds('500', answer(900));
    await becomes(() => entry('900').locator('ins, del').count(), 0);
  });

  it('opens an answer beside the best one, with both steps in the title', async () => {
    await entry('500').hover();
    await entry('500').getByRole('button', { name: 'Open in diff editor' }).click();
    await stage.workbench.page.locator('.monaco-diff-editor').waitFor();
    await stage.workbench.tab('Sample 0 step 900 (epoch 0) ↔ Sample 0 step 500 (epoch 0)').waitFor();
    await stage.workbench.page.keyboard.press('Control+F4');
    await stage.workbench.tab('Predictions: one epoch').click();
    await against().selectOption('ground truth');
  });

  it('jumps to the first right answer and to the first that got worse, by step', async () => {
    for (const [name, step] of [
      [`First correct: step ${firstCorrect}`, '650'],
      ['First regression: step 400', '400'],
    ] as const) {
      await stage.button(name).press('Enter');
      await eventually(name, () => heading(step).evaluate((target) => (target.matches(':focus') ? true : undefined)));
    }
  });

  it('shows a new step, which got worse, where it belongs', async () => {
    await stage.add(job, rowsAt(1000));
    await heading('1,000').waitFor();
    await becomes(() => entry('1,000').locator('.entry-mark').textContent(), '▼ worse');
    await becomes(async () => (await options(sample()))[0] ?? '', /\(20 answers\)$/);
  });
});
