import assert from 'node:assert/strict';
import { becomes, eventually } from '../support/eventually.ts';
import { PanelStage, remembered } from '../support/panelStage.ts';
import { readSampleRun } from '../support/sampleRun.ts';
import type { TestJob } from '../support/serverClient.ts';

const run = readSampleRun().filter(({ epoch }) => epoch < 6);

/** What a reader set, and where the reader is. */
interface Reading {
  tab: string | null;
  search: unknown;
  epoch: unknown;
  regressedOnly: unknown;
  sort: string | null;
  width: number | undefined;
  stepShown: boolean;
  open: (string | null)[];
  scroll: number | undefined;
  first: string | null;
}

describe('a panel that is reloaded, moved or doubled in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;

  const columns = (name: string) => stage.grid.getByRole('columnheader', { name, exact: true });
  const openRows = () => stage.grid.locator('tr[data-id]:has(button[aria-expanded="true"])');

  const read = async (): Promise<Reading> => ({
    tab: await stage.panel.getByRole('tab', { selected: true }).textContent(),
    search: await stage.search.inputValue(),
    epoch: await stage.panel.getByRole('combobox', { name: 'Epoch' }).inputValue(),
    regressedOnly: await stage.panel.getByLabel('Regressed only').isChecked(),
    sort: await columns('CER').getAttribute('aria-sort'),
    width: await columns('Prompt').evaluate((cell) => cell.clientWidth),
    stepShown: await columns('Step').isVisible(),
    open: await openRows().evaluateAll((rows) => rows.map((row) => row.getAttribute('data-id'))),
    scroll: await stage.grid.evaluate((grid) => grid.parentElement?.scrollTop),
    first: await stage.rows.first().getAttribute('data-id'),
  });

  /** Waits until everything is as it was. */
  async function isAgain(expected: Reading): Promise<void> {
    let last: Reading | undefined;
    try {
      await eventually('the same place', async () => {
        last = await read();
        return JSON.stringify(last) === JSON.stringify(expected) || undefined;
      });
    } catch {
      assert.deepEqual(last, expected);
    }
  }

  /** Until two looks at it are alike: a row that was opened still grows. */
  function settled(): Promise<Reading> {
    let last: Reading | undefined;
    return eventually('a place that rests', async () => {
      const before = JSON.stringify(last);
      last = await read();
      await stage.workbench.page.waitForTimeout(300);
      return JSON.stringify(last) === before ? last : undefined;
    });
  }

  before(async () => {
    stage = await PanelStage.open();
    job = await stage.train('orders', run);
    await stage.watch('orders');
    await stage.showing('1–10 of 300');
  });

  after(() => stage?.close());

  let place: Reading;

  it('keeps tab, filters, order, page, columns, widths, open rows and scroll over a reload of the window', async () => {
    await stage.panel.getByRole('combobox', { name: 'Rows per page' }).selectOption('50');
    await stage.panel.getByLabel('Epoch', { exact: true }).selectOption({ label: '5 (50)' });
    await stage.search.fill('e');
    await stage.search.press('Enter');
    await columns('CER').getByRole('button').click();
    await stage.button('Columns').click();
    await stage.panel.getByRole('checkbox', { name: 'Step' }).uncheck();
    await stage.button('Columns').click();
    for (let press = 0; press < 3; press += 1) await columns('Prompt').getByRole('button').press('Shift+ArrowRight');
    await stage.showing('1–50 of 50');
    await stage.rows.nth(30).getByRole('button').first().click();
    await stage.panel.getByText(/received/).waitFor();
    place = await settled();
    assert.ok(Number(place.scroll) > 100 && place.open.length === 1, JSON.stringify(place));
    await stage.workbench.page.waitForTimeout(remembered);
    await stage.workbench.reload();
    await stage.panel.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await isAgain(place);
    await stage.panel.getByText(/received/).waitFor();
  });

  it('keeps them while the panel moves to another group', async () => {
    await stage.workbench.run('View: Move Editor into Right Group');
    await stage.panel.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await isAgain(place);
  });

  it('keeps them while another tab of the panel, and another editor, is in front', async () => {
    await stage.openTab('Trends');
    await stage.button('Table of Word overlap').click();
    await stage.workbench.run('New Untitled Text File');
    await stage.workbench.page.locator('iframe.webview.ready').waitFor({ state: 'hidden' });
    await stage.workbench.tab('Predictions: orders').click();
    const table = stage.panel.getByRole('table', { name: 'Word overlap', exact: true });
    await table.getByRole('button', { name: '5', exact: true }).waitFor();
    await becomes(() => stage.button('Table of Word overlap').getAttribute('aria-pressed'), 'true');
    await becomes(() => stage.button('Table of Exact match').getAttribute('aria-pressed'), 'false');
    await stage.openTab('Predictions');
    await isAgain(place);
  });

  it('is revealed, not doubled, when its job is watched again, and stands beside that of another job', async () => {
    await stage.train('second', run.slice(0, 50));
    await stage.watch('second');
    await stage.workbench.tab('Predictions: second').waitFor();
    await stage.watch('orders');
    await isAgain(place);
    assert.equal(await stage.workbench.tab('Predictions: orders').count(), 1);
    await stage.watch('second');
    // The page size that was chosen holds for all jobs.
    await stage.showing('1–50 of 50');
    await stage.watch('orders');
  });

  it('goes from a chart to all rows of the epoch, whatever was filtered before', async () => {
    await stage.openTab('Trends');
    await stage.panel
      .getByRole('table', { name: 'Word overlap', exact: true })
      .getByRole('button', { name: '2', exact: true })
      .click();
    await stage.panel.getByText(/^Showing 1–50 of 50$/).waitFor();
    await becomes(
      async () => {
        const { search, epoch } = await read();
        return { search, epoch };
      },
      { search: '', epoch: '2' },
    );
  });

  it('has one label for the sample, one for the epoch', async () => {
    await becomes(() => stage.panel.getByLabel('Epoch').count(), 1);
    await stage.openTab('Comparison');
    await becomes(() => stage.panel.getByLabel('Sample').count(), 1);
    await stage.openTab('Predictions');
  });

  it('shows a job in two windows at once, each where its reader is', async () => {
    await stage.panel.getByLabel('Epoch', { exact: true }).selectOption({ label: 'All (300)' });
    const [first] = stage.workbench.page.context().pages();
    const other = await stage.workbench.openWindow();
    const otherStage = stage.at(other);
    // It may open with the editors that the first one has.
    await other.page.waitForTimeout(3000);
    await other.run('View: Close All Editors');
    await other.page.locator('iframe.webview').first().waitFor({ state: 'detached' });
    await otherStage.watch('orders');
    await otherStage.showing('1–50 of 300');
    await stage.add(
      job,
      run.slice(0, 10).map((row) => ({ ...row, epoch: 6, prediction: 'for both windows' })),
    );
    for (const window of [stage, otherStage]) {
      await window.panel.getByText('310 predictions', { exact: true }).waitFor();
    }
    await otherStage.rows.filter({ hasText: 'for both windows' }).first().waitFor();
    await otherStage.openTab('Trends');
    assert.equal(await stage.panel.getByRole('tab', { selected: true }).textContent(), 'Predictions');
    await other.page.close();
    await first?.bringToFront();
    await stage.add(
      job,
      run.slice(10, 20).map((row) => ({ ...row, epoch: 6 })),
    );
    await stage.panel.getByText('320 predictions', { exact: true }).waitFor();
  });
});
