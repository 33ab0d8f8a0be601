import assert from 'node:assert/strict';
import AxeBuilder from '@axe-core/playwright';
import { becomes, eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { type Fields, postText, sample, type TestJob } from '../support/serverClient.ts';

const samples = 12;
const themes = ['Dark Modern', 'Light Modern', 'Dark High Contrast', 'Light High Contrast'];

/** One answer: the reward of samples 0 to 8 grows with the step, that of the others falls; `kl` grows for all. */
function answer(step: number, index: number, fields: Fields = {}): Fields {
  return sample({
    epoch: 1,
    step,
    sample_index: index,
    sample_source: index < 6 ? 'train' : 'val',
    prompt: `question ${index}`,
    ground_truth: 'right',
    prediction: `answer of step ${step}`,
    scores: {
      reward: (index < 9 ? step : -step) / 1000,
      format_reward: index % 2,
      kl: step / 100_000,
      judge: index === 3 ? null : 3,
      answer_length: 100 + index,
    },
    ...fields,
  });
}

describe('a job of one epoch with scores of its own, in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;

  const heading = (name: string) => stage.grid.getByRole('columnheader', { name, exact: true });
  const headings = async () => (await stage.grid.getByRole('columnheader').allInnerTexts()).slice(1);
  const checkpoint = () => stage.panel.getByLabel('Checkpoint', { exact: true });
  const source = () => stage.panel.getByRole('combobox', { name: 'Source' });
  const choices = () => checkpoint().locator('option').allTextContents();
  const judge = () => stage.panel.getByLabel('Judge by');
  const marks = (name: string) => stage.grid.getByRole('img', { name });
  /** The cells of a column, from the top. */
  const cells = async (name: string) => {
    const place = await heading(name).evaluate((cell) => [...(cell.parentElement?.children ?? [])].indexOf(cell));
    return stage.rows.evaluateAll((lines, at) => lines.map((line) => line.children[at]?.textContent), place);
  };
  const filterBy = async (score: string, comparison: string, number?: string) => {
    await stage.button('Filter scores').click();
    await stage.panel.getByRole('combobox', { name: 'Score', exact: true }).selectOption({ label: score });
    await stage.panel.getByRole('combobox', { name: 'Comparison' }).selectOption(comparison);
    if (number !== undefined) await stage.panel.getByRole('spinbutton', { name: 'Number' }).fill(number);
    await stage.button('Add filter').click();
  };

  before(async () => {
    stage = await PanelStage.open();
    const steps = Array.from({ length: 20 }, (_, n) => (n + 1) * 50);
    job = await stage.train(
      'grpo',
      steps.flatMap((step) => Array.from({ length: samples }, (_, index) => answer(step, index))),
    );
    await stage.watch('grpo');
    await stage.showing('1–10 of 240');
  });

  after(() => stage?.close());

  it('has a column for each score that it sent, beside those of every job', async () => {
    const own = ['answer_length', 'format_reward', 'judge', 'kl', 'reward'];
    const usual = ['Epoch', 'Step', 'Sample', 'Prompt', 'Ground truth', 'Prediction', 'CER', 'Exact'];
    await becomes(headings, [...usual, ...own]);
    await becomes(async () => (await cells('answer_length')).slice(0, 2), ['111', '110']);
    await becomes(async () => (await cells('judge'))[8], '–');
  });

  it('is filtered by checkpoint, the newest first', async () => {
    const newest = 'All (240),Step 1,000 (12),Step 950 (12)';
    await eventually('its choices', async () => ((await choices()).slice(0, 3).join() === newest ? true : undefined));
    await checkpoint().selectOption({ label: 'Step 950 (12)' });
    await stage.showing('1–10 of 12');
    await becomes(async () => [...new Set(await cells('Step'))], ['950']);
    await checkpoint().selectOption({ label: 'All (240)' });
    await stage.showing('1–10 of 240');
  });

  it('is filtered by source, which the sample tells', async () => {
    await source().selectOption('train');
    await stage.showing('1–10 of 120');
    await becomes(() => stage.grid.getByTitle('Of source train').count(), 10);
    await source().selectOption({ label: 'All' });
    await stage.showing('1–10 of 240');
  });

  it('is judged by its reward, until the reader chooses another score or turns it around', async () => {
    await eventually('better and worse', async () => {
      const counts = [await marks('better').count(), await marks('worse').count()];
      return counts.join() === '7,3' ? true : undefined;
    });
    const told = 'By reward, to the checkpoint before: better';
    await becomes(() => stage.grid.getByTitle(told).count(), 7);
    await judge().selectOption({ label: 'kl' });
    await stage.grid.getByTitle('By kl, to the checkpoint before: worse').nth(9).waitFor();
    await stage.button('kl: lower is better').click();
    // Two turns: lower, neither, higher.
    await stage.button('kl: neither is better').click();
    await stage.button('kl: higher is better').waitFor();
    await stage.grid.getByTitle('By kl, to the checkpoint before: better').nth(9).waitFor();
  });

  it('shows what regressed by the score that decides now', async () => {
    await stage.panel.getByLabel('Regressed only').check();
    await stage.panel.getByText('No predictions match the filters: regressed only.').waitFor();
    await judge().selectOption({ label: 'As the job says' });
    await stage.showing('1–10 of 57');
    await stage.panel.getByLabel('Regressed only').uncheck();
    await stage.showing('1–10 of 240');
  });

  it('is sorted by a score, rows without it last', async () => {
    await heading('judge').getByRole('button').click();
    await stage.showing('1–10 of 240');
    await becomes(() => heading('judge').getAttribute('aria-sort'), 'ascending');
    await eventually('three first', async () => ((await cells('judge'))[0] === '3' ? true : undefined));
    await stage.panel.getByRole('combobox', { name: 'page' }).selectOption('100');
    await stage.button('Next page').click();
    await stage.button('Next page').click();
    await eventually('none last', async () => ((await cells('judge')).at(-1) === '–' ? true : undefined));
    await stage.panel.getByRole('combobox', { name: 'page' }).selectOption('10');
    await heading('judge').getByRole('button').click();
    await heading('judge').getByRole('button').click();
    await stage.showing('1–10 of 240');
  });

  it('is filtered by what scores are, and says so', async () => {
    await filterBy('reward', '≥', '0.95');
    await stage.showing('1–10 of 18');
    await filterBy('judge', 'none');
    await stage.showing('1–2 of 2');
    await filterBy('kl', '<', '0');
    const all = 'No predictions match the filters: reward ≥ 0.95, judge is none, kl < 0.';
    await stage.panel.getByText(all).waitFor();
    await stage.button('Remove filter: kl < 0').press('Enter');
    await stage.showing('1–2 of 2');
    await stage.button('Remove filter: reward ≥ 0.95').click();
    await stage.showing('1–10 of 20');
    await stage.button('Remove filter: judge is none').click();
    await stage.showing('1–10 of 240');
  });

  it('keeps which columns are shown, where and how wide, while it is out of sight', async () => {
    await stage.button('Columns').click();
    await stage.panel.getByRole('checkbox', { name: 'Word overlap' }).check();
    await stage.panel.getByRole('checkbox', { name: 'answer_length' }).uncheck();
    await stage.workbench.page.keyboard.press('Escape');
    const reward = heading('reward').getByRole('button');
    await reward.press('Control+Shift+ArrowLeft');
    await becomes(() => reward.evaluate((button) => button.matches(':focus')), true);
    await reward.press('Shift+ArrowRight');
    await heading('Epoch').scrollIntoViewIfNeeded();
    const [from, to] = [await heading('Sample').boundingBox(), await heading('Step').boundingBox()];
    const { mouse } = stage.workbench.page;
    await mouse.move((from?.x ?? 0) + 10, (from?.y ?? 0) + 10);
    await mouse.down();
    await mouse.move((to?.x ?? 0) + 20, (to?.y ?? 0) + 10, { steps: 5 });
    await mouse.up();
    const moved = ['Epoch', 'Sample', 'Step', 'Prompt', 'Ground truth', 'Prediction', 'CER', 'Exact'];
    const columns = [...moved, 'Word overlap', 'format_reward', 'judge', 'reward', 'kl'];
    await eventually('the order', async () => ((await headings()).join() === columns.join() ? true : undefined));
    assert.equal(await heading('Sample').getAttribute('aria-sort'), 'none', 'a pull is no press');
    const width = (await heading('reward').boundingBox())?.width;
    await stage.workbench.run('New Untitled Text File');
    await stage.workbench.page.locator('iframe.webview.ready').waitFor({ state: 'hidden' });
    await stage.workbench.tab('Predictions: grpo').click();
    await stage.showing('1–10 of 240');
    await becomes(headings, columns);
    await becomes(async () => (await heading('reward').boundingBox())?.width, width);
    await eventually('values', async () => ((await cells('Word overlap'))[0] !== '–' ? true : undefined));
  });

  it('takes in a score that comes late behind the others, and leaves what is read where it is', async () => {
    await stage.rows.nth(2).getByRole('button').first().click();
    await stage.grid.locator('.detail-foot').waitFor();
    const before = await stage.rows.nth(2).boundingBox();
    await stage.add(job, [answer(1050, 0, { scores: { reward: 2, aaa: 0.5 } })]);
    await stage.button('1 new').waitFor();
    await heading('aaa').waitFor();
    await becomes(async () => (await headings()).at(-1), 'aaa');
    const after = await stage.rows.nth(2).boundingBox();
    assert.deepEqual([after?.y, after?.height], [before?.y, before?.height]);
    assert.equal(await stage.rows.nth(2).getByRole('button').first().getAttribute('aria-expanded'), 'true');
    await stage.rows.nth(2).getByRole('button').first().click();
    await stage.showing('1–10 of 241');
    await becomes(async () => (await cells('aaa'))[0], '0.500');
  });

  it('keeps an epoch that is chosen when its second step comes', async () => {
    const other = await stage.train('one step', [answer(5, 0), answer(5, 1)]);
    await stage.watch('one step');
    await stage.panel.getByLabel('Epoch', { exact: true }).selectOption({ label: '1 (2)' });
    await stage.showing('1–2 of 2');
    await stage.add(other, [answer(10, 0)]);
    await stage.showing('1–3 of 3');
    await eventually('its choices', async () => {
      const texts = await choices();
      return texts.join() === 'All (3),Epoch 1 (3),Step 10 (1),Step 5 (2)' ? true : undefined;
    });
    await becomes(() => checkpoint().locator('option:checked').textContent(), 'Epoch 1 (3)');
    await stage.add(other, [answer(20, 0, { epoch: 2 })]);
    await checkpoint().selectOption({ label: 'Step 20 (1)' });
    await stage.showing('1–1 of 1');
    await becomes(choices, ['All (4)', 'Epoch 2 (1)', 'Step 20 (1)', 'Epoch 1 (3)', 'Step 10 (1)', 'Step 5 (2)']);
  });

  it('has a menu of columns that can be searched, and says how many scores there is no room for', async () => {
    const scores = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`s${String(n).padStart(3, '0')}`, n / 8]));
    await stage.train(
      'hundred',
      [1, 2].map((step) => sample({ epoch: 0, step, scores })),
    );
    await stage.watch('hundred');
    await stage.button('Columns').click();
    await stage.panel.getByText('64 of 100 scores are shown').waitFor();
    await stage.panel.getByRole('searchbox', { name: 'Search columns' }).fill('S06');
    await becomes(() => stage.panel.getByRole('checkbox', { name: /^s/ }).count(), 4);
    await stage.panel.getByRole('checkbox', { name: 's063' }).check();
    await stage.workbench.page.keyboard.press('Escape');
    await eventually('its values', async () => ((await cells('s063'))[0] === '7.875' ? true : undefined));
  });

  it('shows dozens of scores beside an answer when one asks, and the one that decides in any case', async () => {
    await judge().selectOption('s060');
    await stage.openTab('Comparison');
    const newest = stage.panel.getByRole('list', { name: 'Answers, newest first' }).getByRole('listitem').first();
    const own = newest.getByRole('list', { name: 'Scores' }).getByRole('listitem');
    const more = newest.getByRole('button', { name: /^Show all 64 scores/ });
    await more.waitFor();
    await becomes(() => own.count(), 13);
    await becomes(async () => (await own.nth(11).textContent()) ?? '', /^s060 7\.5/);
    await more.click();
    await newest.getByRole('button', { name: /^Show less/ }).waitFor();
    await becomes(() => own.count(), 65);
    await stage.openTab('Predictions');
  });

  it('shows names as text, whatever they are', async () => {
    const name = '<img src=x onerror=alert(1)>\u202e';
    const scores = JSON.parse(
      JSON.stringify({ [name]: 1, constructor: 2, reward: 1 }).replace('{', '{"__proto__":0.5,'),
    );
    await stage.train(
      'names',
      [1, 2].map((step) => sample({ epoch: 0, step, ground_truth: null, scores })),
    );
    await stage.watch('names');
    const shown = ['<img src=x onerror=alert(1)>⟨U+202E⟩', '__proto__', 'constructor', 'reward'];
    await becomes(async () => (await headings()).slice(-4), shown);
    await becomes(async () => (await cells('__proto__'))[0], '0.500');
  });

  it('has one line of controls at any width, and the score that decides is named whole', async () => {
    await stage.workbench.tab('Predictions: grpo').click();
    const start = stage.panel.locator('.predictions .toolbar-start');
    for (const width of [1000, 1100, 1200, 1300, 1400, 1500]) {
      await stage.workbench.page.setViewportSize({ width, height: 900 });
      await eventually(`one line at ${width} px`, async () => {
        const fits = await start.evaluate((line) => line.scrollWidth <= line.clientWidth && line.clientHeight < 40);
        return fits || undefined;
      });
      // What the line has no room for is in the menu.
      const regressed = stage.panel.getByRole('checkbox', { name: 'Regressed only' });
      if (await regressed.isVisible()) continue;
      await stage.button(/^Options/).click();
      await regressed.waitFor();
      await stage.workbench.page.keyboard.press('Escape');
    }
    await stage.workbench.page.setViewportSize({ width: 1400, height: 900 });
  });

  it('has all controls in sight at 480 px, and nothing that axe calls serious, in every theme', async () => {
    await stage.workbench.tab('Predictions: grpo').click();
    await stage.showing('1–10 of 241');
    await filterBy('reward', '≥', '0.5');
    for (const theme of themes) {
      await stage.workbench.useTheme(theme);
      for (const width of [1400, 480]) {
        await stage.workbench.page.setViewportSize({ width, height: 900 });
        const cut = () =>
          stage.panel.locator('.predictions .toolbar').evaluate((toolbar) => {
            const { clientWidth } = toolbar.ownerDocument.body;
            return [...toolbar.querySelectorAll('button, select, input, vscode-button')]
              .filter((control) => control.checkVisibility() && control.getBoundingClientRect().right > clientWidth)
              .map((control) => control.outerHTML);
          });
        await becomes(cut, [], `${width} px`);
        if (width === 1400) continue;
        const axe = new AxeBuilder({ page: stage.workbench.page });
        const { violations } = await axe.include(['iframe.webview.ready', '#active-frame', 'body']).analyze();
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        assert.deepEqual(
          serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          [],
          `${theme}, ${width} px`,
        );
      }
      await stage.workbench.page.setViewportSize({ width: 1400, height: 900 });
    }
  });

  it('says how many numbers of its answers were NaN or infinite, which no cell can show', async () => {
    const diverged = answer(1050, 0, { scores: { reward: 'NaN', kl: '-Infinity', format_reward: 1 } });
    const rows = JSON.stringify([diverged]).replace('"NaN"', 'NaN').replace('"-Infinity"', '-Infinity');
    const { status, text } = await postText(stage.server, job.token, `{"job_id":"${job.id}","predictions":${rows}}`);
    assert.equal(status, 200, text);
    await stage.panel.getByText('2 values were not finite', { exact: true }).waitFor();
  });
});
