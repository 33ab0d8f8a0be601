import assert from 'node:assert/strict';
import { becomes, eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { sample } from '../support/serverClient.ts';

const truth =
  '{"item": "desk lamps", "city": "Leeds", "due": "2026-06-10", "wrapping": "as a present, please", "quantity": 7}';

describe('the table in the room that there is, in VS Code', () => {
  let stage: PanelStage;

  const resize = (width: number, height: number) => stage.workbench.page.setViewportSize({ width, height });
  /** Of the rows, and what they may have at most. */
  const heights = async () => {
    const [body, scroller] = await stage.grid.evaluate((table) => [
      table.querySelector('tbody')?.offsetHeight ?? 0,
      table.parentElement?.clientHeight ?? 0,
    ]);
    return { body: body ?? 0, scroller: scroller ?? 0 };
  };

  /** Until two looks at it are alike. */
  async function settled(): Promise<number> {
    let before = -1;
    return eventually('the page has its size', async () => {
      await stage.workbench.page.waitForTimeout(400);
      const now = await stage.rows.count();
      const isSame = now === before;
      before = now;
      return isSame ? now : undefined;
    });
  }

  const linesOfFirst = () =>
    stage.rows
      .first()
      .locator('.column-prediction .clip')
      .evaluate((clip) => {
        const style = clip.ownerDocument.defaultView?.getComputedStyle(clip);
        return Math.round(clip.clientHeight / Number.parseFloat(style?.lineHeight ?? ''));
      });

  before(async () => {
    stage = await PanelStage.open({ userSettings: { 'trainingPredictions.pageSize': 'fit' } });
    const rows = Array.from({ length: 60 }, (_, index) =>
      sample({
        ...{
          epoch: Math.floor(index / 6) + 1,
          step: 10,
          sample_index: index % 6,
          prompt: `Order ${index % 6}, as JSON`,
        },
        ground_truth: truth,
        prediction: truth.replace('7}', `${index % 9}}`),
      }),
    );
    await stage.train('orders', rows);
    await stage.watch('orders');
  });

  after(() => stage?.close());

  it('has as many rows as fit, of three lines, and none that is cut', async () => {
    const rows = await settled();
    const { body, scroller } = await heights();
    assert.ok(rows >= 7, `${rows} rows`);
    assert.ok(body + 30 <= scroller + 6, `${body} of ${scroller}`);
    await stage.panel
      .getByRole('combobox', { name: 'Rows per page' })
      .and(stage.panel.locator(':has(option:checked[value=fit])'))
      .waitFor();
    await becomes(linesOfFirst, 3);
  });

  it('has fewer in a lower window, more in a higher one, and the same while a row is open', async () => {
    const before = await settled();
    await resize(1400, 600);
    await eventually('fewer rows', async () => ((await stage.rows.count()) < before ? true : undefined));
    const few = await settled();
    await stage.rows.first().getByRole('button').first().click();
    await resize(1400, 900);
    assert.equal(await settled(), few);
    await stage.rows.first().getByRole('button').first().click();
    await eventually('all again', async () => ((await stage.rows.count()) === before ? true : undefined));
  });

  it('shows where answers that begin alike differ, and tells all of a cut cell to the pointer', async () => {
    await resize(1000, 900);
    await settled();
    const cell = stage.rows.first().locator('.column-prediction');
    await eventually('its end', async () => {
      const seen = await cell.innerText();
      return (seen.endsWith('"quantity": 5}') && seen.length < truth.length) || undefined;
    });
    await cell.hover();
    await becomes(() => cell.locator('.clip').getAttribute('title'), truth.replace('7}', '5}'));
    await resize(1400, 900);
  });

  it('has the answers in sight and one line of controls at 480 px', async () => {
    await resize(480, 900);
    const headings = stage.grid.getByRole('columnheader');
    await eventually('what one reads comes first', async () =>
      (await headings.allInnerTexts()).slice(1, 4).join() === 'At,Prediction,Ground truth' ? true : undefined,
    );
    const toolbar = stage.panel.locator('.predictions .toolbar');
    await becomes(async () => ((await toolbar.boundingBox())?.height ?? 99) < 50, true);
    await stage.button('Options').click();
    await stage.panel.getByRole('checkbox', { name: 'Regressed only' }).check();
    await stage.button('Options (1)').waitFor();
    await stage.panel.getByRole('checkbox', { name: 'Regressed only' }).uncheck();
    await stage.workbench.page.keyboard.press('Escape');
    await resize(1400, 900);
    await stage.panel.getByRole('checkbox', { name: 'Regressed only' }).waitFor();
  });

  it("gives the answers all that is in sight of a narrow table, and most of the texts' room in a wider one", async () => {
    const widths = () =>
      stage.grid.evaluate((table) => {
        const of = (kind: string) => table.querySelector(`.row > .column-${kind}`)?.getBoundingClientRect().width ?? 0;
        const inSight = table.parentElement?.clientWidth ?? 0;
        return { inSight, before: of('open') + of('place'), answer: of('prediction'), truth: of('groundTruth') };
      });
    for (const width of [440, 480]) {
      await resize(width, 900);
      await eventually('all that is in sight', async () => {
        const { inSight, before, answer } = await widths();
        return (inSight < width && before > 90 && Math.abs(before + answer - inSight) <= 1) || undefined;
      });
    }
    await resize(800, 900);
    await eventually('most of the room', async () => {
      const { answer, truth } = await widths();
      return (answer >= 240 && truth < answer) || undefined;
    });
    await resize(1400, 900);
    await eventually('as much as the others', async () => {
      const { answer, truth } = await widths();
      return Math.abs(answer - truth) <= 1 || undefined;
    });
  });

  it('gives texts that were cut to one line the lines that they have room for now', async () => {
    await stage.panel.getByRole('combobox', { name: 'Rows per page' }).selectOption('10');
    await resize(1400, 420);
    await eventually('one line', async () => ((await linesOfFirst()) === 1 ? true : undefined));
    await settled();
    await resize(1400, 900);
    await eventually('two lines', async () => ((await linesOfFirst()) === 2 ? true : undefined));
  });

  it('keeps a page size and wrapped texts for the next job', async () => {
    await stage.panel.getByRole('combobox', { name: 'Rows per page' }).selectOption('25');
    await stage.showing('1–25 of 60');
    await stage.button('Columns').click();
    await stage.panel.getByRole('checkbox', { name: 'Wrap text' }).check();
    await stage.workbench.page.keyboard.press('Escape');
    await stage.workbench.run('Stop Watching');
    await stage.train(
      'next',
      Array.from({ length: 30 }, (_, index) => sample({ sample_index: index })),
    );
    await stage.watch('next');
    await stage.showing('1–25 of 30');
    await becomes(() => stage.grid.evaluate((table) => table.classList.contains('wrap')), true);
  });

  it('says of an answer of nothing that it is empty, in words that are none of its text', async () => {
    await stage.train('silent', [sample({ ground_truth: 'a', prediction: '' })]);
    await stage.watch('silent');
    const said = (selector: string) =>
      stage.panel
        .locator(selector)
        .first()
        .evaluate((text) => [
          text.textContent,
          text.ownerDocument.defaultView?.getComputedStyle(text, '::before').content ?? '',
        ]);
    await stage.panel.locator('.column-prediction [data-empty]').waitFor();
    await becomes(() => said('.column-prediction .cell-text'), ['', '"(empty)"']);
    await stage.rows.first().getByRole('button').first().click();
    await stage.panel.locator('.long-text').first().waitFor();
    assert.notDeepEqual(await said('.long-text.prose'), ['', '"(empty)"']);
  });
});
