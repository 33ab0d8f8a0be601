import assert from 'node:assert/strict';
import { becomes, eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { sample, type TestJob } from '../support/serverClient.ts';
import { steadyRun } from '../support/steadyRun.ts';

/** Long enough for a slow drift to be seen, in ms. */
const moment = 8000;

describe('reading while ten predictions a second arrive', () => {
  let stage: PanelStage;
  let job: TestJob;
  let run: ReturnType<typeof steadyRun>;

  before(async () => {
    stage = await PanelStage.open();
    job = await stage.train(
      'orders',
      Array.from({ length: 200 }, (_, index) =>
        sample({
          epoch: 1,
          sample_index: index,
          prompt: `question ${index}`,
          prediction: `answer ${index} of the first`,
        }),
      ),
    );
    await stage.watch('orders');
    await stage.showing('1–10 of 200');
    run = steadyRun(stage, job, 100);
  });

  after(async () => {
    await run?.stop();
    await stage?.close();
  });

  /** Asks again and again whether something is as it was. */
  async function stays(what: string, read: () => Promise<unknown>): Promise<void> {
    const before = JSON.stringify(await read());
    const sent = run.sent;
    const end = Date.now() + moment;
    while (Date.now() < end) assert.equal(JSON.stringify(await read()), before, what);
    assert.ok(run.sent - sent > 20, `only ${run.sent - sent} predictions came meanwhile`);
  }

  it('tells one count of predictions, wherever it stands', async () => {
    const counts = () =>
      stage.panel.locator('main').evaluate((main) => {
        const text = (selector: string) => main.querySelector(selector)?.textContent ?? '';
        const numberIn = (found: string, form: RegExp) => Number(form.exec(found)?.[1]?.replaceAll(',', ''));
        return [
          numberIn(text('#epoch-filter option'), /All \(([\d,]+)\)/),
          numberIn(text('.range'), /of ([\d,]+)/),
          numberIn(text('header'), /([\d,]+) predictions/),
        ];
      });
    const seen = new Set<number>();
    await eventually(
      'thirty counts',
      async () => {
        const found = await counts();
        assert.deepEqual(found, Array(3).fill(found[0]));
        return seen.add(found[0] ?? 0).size > 30 || undefined;
      },
      20_000,
    );
  });

  it('leaves what one types in the search field, and the cursor in it, alone', async () => {
    const text = 'answer 1 of the first';
    await stage.search.click();
    const typed = () => stage.search.evaluate((field) => [field.matches(':focus'), Reflect.get(field, 'value')]);
    for (let length = 1; length <= text.length; length += 1) {
      await stage.workbench.page.keyboard.type(text[length - 1] ?? '');
      assert.deepEqual(await typed(), [true, text.slice(0, length)]);
      await stage.workbench.page.waitForTimeout(250);
    }
    await stage.showing('1–1 of 1');
    for (let press = 0; press < 5; press += 1) await stage.workbench.page.keyboard.press('ArrowLeft');
    await stays('text and cursor', async () => [
      ...(await typed()),
      await stage.search.evaluate((field) => Reflect.get(field, 'selectionStart')),
    ]);
    await stage.search.press('Escape');
    await stage.panel.getByText(/^Showing 1–10 of /).waitFor();
  });

  it('moves no open row, no selected text and no scrolled table', async () => {
    await stage.panel.getByRole('combobox', { name: 'Rows per page' }).selectOption('50');
    await stage.panel.getByText(/^Showing 1–50 of /).waitFor();
    await stage.rows.nth(20).getByRole('button').first().click();
    const detail = stage.grid.locator('tbody tr:not([data-id])');
    await detail.getByText(/received/).waitFor();
    await detail.locator('.long-text').first().selectText();
    const ids = () => stage.rows.evaluateAll((rows) => rows.map((line) => line.getAttribute('data-id')));
    const held = await ids();
    const place = () =>
      stage.grid.evaluate((grid) => {
        const scroller = grid.parentElement;
        const open = grid.querySelector('tbody tr:not([data-id])');
        return {
          top: scroller?.scrollTop,
          selected: String(grid.ownerDocument.getSelection()),
          box: open?.getBoundingClientRect().toJSON() as unknown,
          text: open?.textContent,
        };
      });
    assert.ok(Number((await place()).top) > 0, 'the table is scrolled');
    await becomes(async () => (await place()).selected, /^question \d+$/);
    await stays('the place', async () => [await place(), await ids()]);
    // What came meanwhile waits, and comes when it is asked for.
    await stage.button(/^\d+ new$/).click();
    await eventually('the newest rows', async () => (held.includes((await ids())[0] ?? null) ? undefined : true));
    await becomes(() => stage.grid.evaluate((grid) => grid.parentElement?.scrollTop), 0);
  });

  it('offers the new epochs of a sample without moving its older ones', async () => {
    await stage.openTab('Comparison');
    await stage.chooseSample(0);
    const oldest = stage.panel.getByRole('heading', { name: 'Epoch 1', exact: true });
    await eventually(
      'more answers than fit',
      async () => {
        await oldest.scrollIntoViewIfNeeded();
        const top = await oldest.evaluate((heading) => heading.closest('[role="tabpanel"]')?.scrollTop);
        return Number(top) > 200 ? true : undefined;
      },
      60_000,
    );
    const newEpochs = stage.button(/^\d+ new epochs?$/);
    const place = (await oldest.boundingBox())?.y ?? Number.NaN;
    await newEpochs.waitFor();
    await eventually('two new epochs', async () =>
      (await newEpochs.innerText()) === '1 new epoch' ? undefined : true,
    );
    const shift = Math.abs(((await oldest.boundingBox())?.y ?? Number.NaN) - place);
    assert.ok(shift < 2, `moved by ${shift} px`);
    await newEpochs.click();
    const first = stage.panel.getByRole('heading', { name: /^Epoch \d+$/ }).first();
    await eventually(
      'the newest in sight',
      async () => ((await first.isVisible()) && ((await first.boundingBox())?.y ?? -1) > 0) || undefined,
    );
    await newEpochs.waitFor({ state: 'hidden' });
  });
});
