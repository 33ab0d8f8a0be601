import { nested } from '../support/nested.ts';
import { type PartOneServer, partOne, startPartOneServer } from '../support/partOneServer.ts';
import { rowsOf } from '../support/partOneStage.ts';
import { Workbench } from '../support/workbench.ts';

const jobId = 'deep job';

describe('a job with a row of five thousand levels, in VS Code', () => {
  let server: PartOneServer;
  let workbench: Workbench;

  const deep = (epoch: number) => ({ epoch, sample_index: 99, extra: server.raw.value(nested(5000, 'mixed')) });
  const rows = () => workbench.panel.getByRole('grid', { name: 'Predictions' }).locator('tbody tr[data-id]');
  const says = (text: string) => workbench.panel.getByText(text, { exact: true }).waitFor();

  before(async () => {
    server = await startPartOneServer({ behaviour: partOne(), heartbeat: 1000 });
    server.store.create(jobId);
    server.store.insert(jobId, [...rowsOf(1, 5), deep(1), ...rowsOf(2, 5)]);
    workbench = await Workbench.open({ machineSettings: { 'trainingPredictions.serverUrl': server.url } });
    await workbench.run('Set API Key');
    await workbench.answer(server.apiKey);
    await workbench.notification('works and is stored').waitFor();
    await workbench.choose('Watch Training Predictions', jobId);
    await workbench.panel.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  });

  after(async () => {
    await workbench?.close();
    await server?.close();
  });

  it('shows the other rows and says that one of all is not there', async () => {
    await says('10 of 11 predictions');
    await says('1 unreadable prediction');
    await workbench.panel.getByText('Showing 1–10 of 10', { exact: true }).waitFor();
    await rows().nth(9).waitFor();
  });

  it('says so too of one that comes live, and shows what comes after it', async () => {
    server.store.insert(jobId, [deep(3), ...rowsOf(3, 1)]);
    await says('11 of 13 predictions');
    await workbench.panel.getByText('Showing 1–10 of 11', { exact: true }).waitFor();
    await workbench.panel.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await rows().first().getByText('Answer of epoch 3').waitFor();
  });
});
