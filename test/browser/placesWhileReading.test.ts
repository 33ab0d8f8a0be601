import assert from 'node:assert/strict';
import { becomes } from '../support/eventually.ts';
import { PanelStage, remembered } from '../support/panelStage.ts';
import { sample } from '../support/serverClient.ts';

const rows = 20_000;
/** Of so many rows one is found. */
const spread = 400;

describe('a panel of a search through thousands of predictions, reloaded in VS Code', () => {
  let stage: PanelStage;
  const scrolled = () => stage.grid.evaluate((grid) => grid.parentElement?.scrollTop);

  before(async () => {
    stage = await PanelStage.open();
    await stage.train(
      'many',
      Array.from({ length: rows }, (_, n) =>
        sample({ epoch: n, step: n, prediction: n % spread === 0 ? 'a needle' : `hay ${'x'.repeat(500)}` }),
      ),
    );
    await stage.watch('many');
  });

  after(() => stage?.close());

  it('is scrolled to its place though its first rows are too few for that', async () => {
    await stage.panel.getByRole('combobox', { name: 'Rows per page' }).selectOption('50');
    await stage.search.fill('needle');
    await stage.search.press('Enter');
    await stage.showing(`1–${rows / spread} of ${rows / spread}`);
    await stage.grid.evaluate((grid) => grid.parentElement?.scrollTo(0, 700));
    await becomes(scrolled, 700);
    await stage.workbench.page.waitForTimeout(remembered);
    await stage.workbench.reload();
    await stage.showing(`1–${rows / spread} of ${rows / spread}`);
    await becomes(scrolled, 700);
    assert.equal(await stage.search.inputValue(), 'needle');
  });
});
