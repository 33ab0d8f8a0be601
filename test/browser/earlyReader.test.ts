import { becomes } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { sample } from '../support/serverClient.ts';

describe('a panel that is used before it was told what it shows, in VS Code', () => {
  let stage: PanelStage;

  const turnTo = (name: string) => stage.panel.getByRole('tab', { name }).click();
  const isTold = () => stage.panel.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  const shown = () => stage.panel.getByRole('tab', { selected: true }).textContent();

  before(async () => {
    stage = await PanelStage.open({ panelDelay: 2000 });
    await stage.train('orders', [sample({ epoch: 1, ground_truth: 'hello' }), sample({ epoch: 2 })]);
  });

  after(() => stage?.close());

  it('stays on the tab that its reader turned to, with what belongs there', async () => {
    await stage.workbench.choose('Watch Training Predictions', 'orders');
    await turnTo('Comparison');
    await isTold();
    await becomes(shown, 'Comparison');
    await stage.panel.getByRole('heading', { name: 'Epoch 2', exact: true }).waitFor();
  });

  it('does so when it comes back into sight, from the tab that it had', async () => {
    await stage.workbench.run('New Untitled Text File');
    await stage.workbench.page.locator('iframe.webview.ready').waitFor({ state: 'hidden' });
    await stage.workbench.tab('Predictions: orders').click();
    await turnTo('Predictions');
    await isTold();
    await becomes(shown, 'Predictions');
    await stage.showing('1–2 of 2');
  });
});
