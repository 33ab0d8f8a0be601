import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { sample, type TestJob } from '../support/serverClient.ts';

const steps = 300;
/** Of the newest of them. */
const shown = 200;
/** At once; the others follow. */
const screenful = 20;
/** The only step that is worse than the one before. */
const worse = 110;

describe('hundreds of answers of a sample in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;

  const rowsAt = (step: number, index: number) =>
    [0, 1].map((completion_index) =>
      sample({
        ...{ epoch: 0, step, sample_index: index, completion_index, prompt: `q${index}`, ground_truth: 'yes' },
        prediction: `sample ${index} at ${step}`,
        scores: { reward: step === worse ? 0 : step },
      }),
    );
  const choose = (index: number) => stage.panel.getByRole('combobox', { name: 'Sample' }).selectOption(String(index));
  const headings = () => stage.panel.locator('.history > .entry .entry-epoch').allTextContents();
  const texts = () => stage.panel.locator('.history > .entry .difference').allTextContents();
  const heading = (step: number) => stage.panel.getByRole('heading', { name: `Step ${step}`, exact: true });
  const isDrawn = (newest: number, count: number) =>
    eventually(`${count} answers from ${newest} on`, async () => {
      const drawn = await headings();
      return drawn.length === count && drawn[0] === `Step ${newest}` ? drawn : undefined;
    });
  const inOrder = (newest: number, count: number) => Array.from({ length: count }, (_, n) => `Step ${newest - n}`);
  const inPage = (work: (body: { ownerDocument: { defaultView: unknown } }) => unknown) =>
    stage.panel.locator('body').evaluate(work as never);
  /** Until it is let go on the page has no moment in which nothing else is to be done. */
  const keepBusy = () =>
    inPage((body) => {
      const page = body.ownerDocument.defaultView as Record<string, unknown>;
      page['idle'] ??= page['requestIdleCallback'];
      const held: unknown[][] = [];
      page['held'] = held;
      page['requestIdleCallback'] = (...asked: unknown[]) => held.push(asked);
    });
  const letGoOn = () =>
    inPage((body) => {
      const page = body.ownerDocument.defaultView as Record<string, unknown>;
      const idle = page['idle'] as (...asked: unknown[]) => void;
      page['requestIdleCallback'] = idle;
      for (const asked of page['held'] as unknown[][]) idle(...asked);
    });

  before(async () => {
    stage = await PanelStage.open();
    job = await stage.train(
      'many answers',
      Array.from({ length: steps }, (_, n) => [...rowsAt(n + 1, 0), ...rowsAt(n + 1, 1)]).flat(),
    );
    await stage.watch('many answers');
  });

  after(() => stage?.close());

  it('are all there after a moment, in their order, under a list that says how many', async () => {
    await stage.openTab('Comparison');
    await choose(0);
    assert.deepEqual(await isDrawn(steps, shown), inOrder(steps, shown));
    assert.ok((await texts()).every((text) => text.includes('sample 0 at')));
    const list = stage.panel.getByRole('list', { name: 'Answers, newest first' });
    assert.equal(
      await list
        .getByRole('listitem')
        .filter({ has: stage.panel.getByRole('heading') })
        .count(),
      shown,
    );
    await stage.panel.getByText(`Showing the newest ${shown} of ${steps} answers.`).waitFor();
  });

  it('begin with a screenful, and one that is jumped to is there though the others are not drawn yet', async () => {
    await keepBusy();
    await choose(1);
    await eventually('the other sample', async () => ((await texts())[0]?.includes('sample 1 at') ? true : undefined));
    assert.deepEqual(await headings(), inOrder(steps, screenful));
    await stage.button(`First regression: step ${worse}`).press('Enter');
    await heading(worse).waitFor();
    assert.equal(await heading(worse).evaluate((target) => target.matches(':focus')), true);
    const drawn = await headings();
    assert.deepEqual(drawn, inOrder(steps, drawn.length));
    await letGoOn();
    await isDrawn(steps, shown);
    assert.equal(await heading(worse).evaluate((target) => target.matches(':focus')), true);
  });

  it('have a new one in its place while the others are still to be drawn', async () => {
    await keepBusy();
    await choose(0);
    await isDrawn(steps, screenful);
    await stage.add(job, rowsAt(steps + 1, 0));
    assert.deepEqual(await isDrawn(steps + 1, screenful + 1), inOrder(steps + 1, screenful + 1));
    await letGoOn();
    assert.deepEqual(await isDrawn(steps + 1, shown), inOrder(steps + 1, shown));
  });

  it('are of one sample alone where another one was chosen before all were drawn', async () => {
    await keepBusy();
    await choose(1);
    await isDrawn(steps, screenful);
    await choose(0);
    await isDrawn(steps + 1, screenful);
    await letGoOn();
    assert.deepEqual(await isDrawn(steps + 1, shown), inOrder(steps + 1, shown));
    assert.ok((await texts()).every((text) => text.includes('sample 0 at')));
  });
});
