import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { sample, type TestJob } from '../support/serverClient.ts';

/** Past sixty answers those out of sight are no longer laid out. */
const held = 55;
/** What is read, and how many answers come meanwhile: so many at once, until there are so many. */
const readings = [
  { read: 1, atOnce: 1, until: 65 },
  { read: 30, atOnce: 20, until: 125 },
];

describe('reading old answers of a sample that gets its sixty-first, in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;

  const answerOf = (epoch: number) => {
    const prediction = `answer ${epoch} ${'word '.repeat(90)}`;
    return sample({ epoch, step: epoch * 10, sample_index: 0, prompt: 'why?', prediction });
  };

  before(async () => {
    stage = await PanelStage.open();
    job = await stage.train(
      'many epochs',
      Array.from({ length: held }, (_, index) => answerOf(index + 1)),
    );
    await stage.watch('many epochs');
    await stage.openTab('Comparison');
    await stage.chooseSample(0);
  });

  after(() => stage?.close());

  let sent = held;
  for (const { read, atOnce, until } of readings) {
    it(`moves nothing of epoch ${read}`, async () => {
      const heading = stage.panel.getByRole('heading', { name: `Epoch ${read}`, exact: true });
      await heading.scrollIntoViewIfNeeded();
      const top = async () => Math.round((await heading.boundingBox())?.y ?? Number.NaN);
      const place = await top();
      const tops = new Set<number>();
      while (sent < until) {
        await stage.add(
          job,
          Array.from({ length: atOnce }, (_, index) => answerOf(sent + index + 1)),
        );
        sent += atOnce;
        const there = stage.panel.locator('.history > .entry');
        await eventually('the answer is drawn', async () => ((await there.count()) >= sent ? true : undefined));
        await stage.workbench.page.waitForTimeout(300);
        tops.add(await top());
      }
      assert.ok(
        [...tops].every((found) => Math.abs(found - place) < 2),
        `from ${place} to ${[...tops].join(', ')}`,
      );
    });
  }
});
