import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { sample } from '../support/serverClient.ts';

const words = (count: number) => Array.from({ length: count }, (_, number) => `word${number}`).join(' ');
const long = words(120);

describe('the answers of the comparison in the room that there is, in VS Code', () => {
  let stage: PanelStage;

  const resize = (width: number) => stage.workbench.page.setViewportSize({ width, height: 900 });
  const entry = (epoch: number) =>
    stage.panel
      .locator('.history > .entry')
      .filter({ has: stage.panel.getByRole('heading', { name: `Epoch ${epoch}`, exact: true }) });
  /** Where the parts of an answer are, in px, from the upper left corner of the entry. */
  const places = (epoch: number) =>
    entry(epoch).evaluate((whole) => {
      const outer = whole.getBoundingClientRect();
      const of = (selector: string) => {
        const part = whole.querySelector(selector)?.getBoundingClientRect() ?? outer;
        return { x: part.x - outer.x, y: part.y - outer.y, right: part.right - outer.x, bottom: part.bottom - outer.y };
      };
      return {
        width: outer.width,
        text: of('.long-text'),
        heading: of('.entry-epoch'),
        scores: of('.entry-scores'),
        actions: of('.entry-actions'),
      };
    });

  before(async () => {
    stage = await PanelStage.open();
    await stage.train('answers', [
      sample({ epoch: 1, step: 10, sample_index: 0, prompt: 'Ask', ground_truth: 'a', prediction: 'a short one' }),
      sample({ epoch: 2, step: 20, sample_index: 0, prompt: 'Ask', ground_truth: 'a', prediction: long }),
    ]);
    await stage.watch('answers');
    await stage.openTab('Comparison');
    await stage.panel.getByLabel('Difference to').selectOption('nothing');
    await entry(2).waitFor();
  });

  after(() => stage?.close());

  for (const width of [1400, 800, 480]) {
    it(`have the whole width at ${width} px, below one line with their scores and buttons`, async () => {
      await resize(width);
      await eventually('the whole width', async () => {
        const { text, width: whole } = await places(2);
        return text.right - text.x > whole - 2 ? true : undefined;
      });
      const { text, heading, scores, actions } = await places(2);
      assert.ok(text.y >= Math.max(heading.bottom, scores.bottom) - 1, 'below');
      assert.ok(Math.abs(scores.y - heading.y) < 6, 'the scores are in the line of the heading');
      if (width > 640) assert.ok(Math.abs(actions.y - heading.y) < 6 && actions.bottom <= text.y + 4, 'so are buttons');
      else assert.ok(actions.y >= text.bottom - 1, 'the buttons follow the text');
    });
  }

  it('stand in one line with all that is said of them where they are short', async () => {
    await resize(1400);
    await eventually('one line', async () => {
      const { text, heading, scores, actions } = await places(1);
      const isBeside = text.x > heading.right && text.right < actions.x && actions.right < scores.x + 10;
      return (isBeside && Math.abs(text.y - heading.y) < 6) || undefined;
    });
  });
});
