import { becomes } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { createJob, sample } from '../support/serverClient.ts';

describe('the habits of the tree of jobs, in VS Code', () => {
  let stage: PanelStage;

  const row = (name: string) => stage.workbench.page.getByRole('treeitem', { name: new RegExp(`^${name}, `) });
  const tab = (name: string) => stage.workbench.tab(`Predictions: ${name}`);
  const tabs = () => stage.workbench.page.getByRole('tab', { name: /^Predictions: / });
  const dialog = () => stage.workbench.page.locator('.monaco-dialog-box');
  /** Clicks that are not meant as one double click. */
  const look = async (name: string) => {
    await row(name).click();
    await tab(name).waitFor();
    await stage.workbench.page.waitForTimeout(700);
  };
  const chosen = (name: string) =>
    stage.workbench.page.locator(`[role=treeitem][aria-selected=true][aria-label^="${name}, "]`);

  before(async () => {
    stage = await PanelStage.open();
    for (const name of ['one', 'two', 'three', 'four']) await stage.train(name, [sample()]);
    await stage.workbench.run('Training Predictions: Focus on Jobs View');
    await row('one').waitFor();
  });

  after(() => stage?.close());

  it('shows a job that is clicked for a look: the next takes its place, and it is not watched any more', async () => {
    await look('one');
    await row('one')
      .and(stage.workbench.page.getByRole('treeitem', { name: /watching/ }))
      .waitFor();
    await look('two');
    await tab('one').waitFor({ state: 'hidden' });
    await becomes(() => tabs().count(), 1);
    await stage.workbench.page.getByRole('treeitem', { name: /^one, running/ }).waitFor();
    await becomes(() => stage.workbench.page.getByRole('treeitem', { name: /, watching/ }).count(), 1);
  });

  it('ends the watch of a job with the panel that was only for a look', async () => {
    await stage.workbench.run('View: Close Editor');
    await stage.workbench.page.getByRole('treeitem', { name: /^two, running/ }).waitFor();
  });

  it('keeps a panel whose reader double-clicks the job, presses Enter on it, or does something in it', async () => {
    await row('one').dblclick();
    await tab('one').waitFor();
    await look('two');
    await stage.search.fill('nowhere to be found');
    // What is searched for is told once the reader rests.
    await stage.panel.getByText('No predictions match the filters: “nowhere to be found”.').waitFor();
    await row('two').click();
    await chosen('two').waitFor();
    await stage.workbench.page.waitForTimeout(700);
    await stage.workbench.page.keyboard.press('ArrowUp');
    await stage.workbench.page.keyboard.press('Enter');
    await tab('three').waitFor();
    await look('four');
    await becomes(
      async () => (await tabs().allInnerTexts()).map((text) => text.trim()).sort(),
      ['four', 'one', 'three', 'two'].map((name) => `Predictions: ${name}`),
    );
  });

  it('chooses the job whose panel is the active one', async () => {
    await tab('one').click();
    await chosen('one').waitFor();
    await tab('three').click();
    await chosen('three').waitFor();
  });

  it('deletes all that are chosen by one key, after one question that names them', async () => {
    await look('one');
    // A panel that comes up takes the focus for a moment, and with it the key.
    await stage.panel.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await row('two').click({ modifiers: ['ControlOrMeta'] });
    await chosen('one').waitFor();
    await chosen('two').waitFor();
    await stage.workbench.page.keyboard.press('Delete');
    await dialog().getByText('Delete 2 jobs?').waitFor();
    for (const name of ['one', 'two']) await dialog().getByText(`${name} · `).waitFor();
    await dialog().getByText('2 of them still run').waitFor();
    await dialog().getByRole('button', { name: 'Delete', exact: true }).click();
    for (const name of ['one', 'two']) await row(name).waitFor({ state: 'hidden' });
    await row('three').waitFor();
  });

  it('finds jobs by typing their names', async () => {
    await createJob(stage.server, { model_name: 'zebra', status: 'running' });
    await row('zebra').waitFor();
    await row('three').click();
    await stage.workbench.page.keyboard.type('zeb');
    const focused = stage.workbench.page.locator('.monaco-list-row.focused');
    await focused.filter({ hasText: 'zebra' }).waitFor();
  });

  it('offers the snippet that was copied as a new Python file', async () => {
    await stage.workbench.run('Copy Logging Snippet');
    const told = stage.workbench.notification('Python snippet copied');
    await told.getByRole('button', { name: 'New Python File' }).click();
    await stage.workbench.tab(/Untitled-1/).waitFor();
    await stage.workbench.statusBarItem('Python').waitFor();
  });
});
