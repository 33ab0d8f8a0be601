import assert from 'node:assert/strict';
import { becomes } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { sample, saveJob } from '../support/serverClient.ts';

const tabs = ['Predictions', 'Comparison', 'Trends'];

describe('what the panel says when there is little or nothing to show', () => {
  let stage: PanelStage;

  before(async () => {
    stage = await PanelStage.open();
  });

  after(() => stage?.close());

  /** Every tab says so, and none of them turns a ring that nothing will stop. */
  async function everyTabSays(text: string): Promise<void> {
    for (const tab of tabs) {
      await stage.openTab(tab);
      await stage.panel.getByRole('tabpanel', { name: tab }).getByText(text, { exact: true }).waitFor();
      await becomes(() => stage.panel.locator('vscode-progress-ring:visible').count(), 0, tab);
    }
  }

  it('says in every tab that there are no predictions yet, and what to do while paused', async () => {
    await stage.train('empty', []);
    await stage.watch('empty');
    await everyTabSays('No predictions yet. They appear here as soon as the training script sends them.');
    await stage.button('Pause').click();
    await stage.panel.getByRole('status').filter({ hasText: 'Paused' }).waitFor();
    await everyTabSays('No predictions yet. Resume live updates to receive them.');
    await stage.button('Resume').click();
    await stage.panel.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  });

  it('says in every tab that a job ended without predictions', async () => {
    const job = await stage.train('ended', []);
    await saveJob(stage.server, { job_id: job.id, status: 'completed' });
    await stage.workbench.choose('Watch Training Predictions', 'ended');
    await stage.panel.getByRole('status').filter({ hasText: 'Finished' }).waitFor();
    await everyTabSays('This job ended without predictions.');
  });

  it('shows of a job without ground truths what it has, and says once what to send', async () => {
    await stage.train('no truth', [sample({ epoch: 1 }), sample({ epoch: 2 })]);
    await stage.watch('no truth');
    await stage.openTab('Trends');
    await stage.panel.getByText(/^No scores yet: send ground_truth or scores/).waitFor();
    assert.equal(await stage.panel.locator('.trend:visible').count(), 0);
    await stage.panel.getByText('unknown without ground truth').waitFor();
    await stage.openTab('Comparison');
    await stage.panel.getByText(/^No ground truth: send ground_truth/).waitFor();
    const against = stage.panel.getByRole('combobox', { name: 'Difference to' });
    await becomes(() => against.inputValue(), 'previous');
    await stage.openTab('Predictions');
    const headings = stage.grid.getByRole('columnheader');
    const names = async () => (await headings.allInnerTexts()).slice(1);
    await becomes(names, ['Epoch', 'Step', 'Sample', 'Prompt', 'Prediction']);
    // Asked for, an empty column stays.
    await stage.button('Columns').click();
    await stage.panel.getByRole('checkbox', { name: 'CER' }).check();
    await stage.workbench.page.keyboard.press('Escape');
    await becomes(names, ['Epoch', 'Step', 'Sample', 'Prompt', 'Prediction', 'CER']);
    await stage.rows.first().getByTitle('No ground truth to compare with').first().waitFor();
    await stage.button('Columns').click();
    await stage.panel.getByRole('checkbox', { name: 'CER' }).uncheck();
    await stage.workbench.page.keyboard.press('Escape');
  });

  it('says which fields of its rows are not known, and what they may be meant for', async () => {
    const job = await stage.train('misspelt', [sample({ ground_thruth: 'x' })]);
    await stage.watch('misspelt');
    await stage.panel.getByText('The field “ground_thruth” is not known: is “ground_truth” meant?').waitFor();
    // While it is watched.
    const hostile = 'exact_match\u202e';
    await stage.add(job, [sample({ [hostile]: 1 })]);
    await stage.panel.getByText('“exact_match⟨U+202E⟩” (is “exact_match” meant?)').waitFor();
    await stage.workbench.run('Stop Watching');
  });

  it('says Sign in without a key, keeps what is there, and offers the way back', async () => {
    await stage.workbench.run('Clear API Key');
    await stage.panel.getByRole('status').filter({ hasText: 'Sign in' }).waitFor();
    await stage.panel.getByText('There is no API key for this server. Set one to go on.').waitFor();
    await stage.showing('1–2 of 2');
    await stage.button('Set API Key').click();
    await stage.workbench.answer(stage.server.apiKey);
    await stage.panel.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  });

  it('keeps what it holds when the server is gone, and says what is wrong in every tab', async () => {
    await stage.server.kill('SIGKILL');
    await stage.panel.getByRole('status').filter({ hasText: 'Reconnecting' }).waitFor();
    for (const tab of tabs) {
      await stage.openTab(tab);
      await stage.button('Reconnect').waitFor();
      await stage.panel.getByText(/^Next try in \d+ s$/).waitFor();
    }
    await stage.openTab('Predictions');
    await stage.showing('1–2 of 2');
    await stage.workbench.tab('Predictions: empty').click();
    await everyTabSays('No predictions yet. The server cannot be reached at the moment.');
  });
});
