import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { fromHarmless } from '../../src/csv.ts';
import { plainLine, plainName } from '../../src/plainText.ts';
import { parseCsv } from '../support/csv.ts';
import { becomes, eventually } from '../support/eventually.ts';
import { hostileTexts } from '../support/hostileTexts.ts';
import { PanelStage } from '../support/panelStage.ts';
import { type Fields, readPredictions, sample, type TestJob } from '../support/serverClient.ts';

/** One line of a megabyte, told from its neighbours at both ends. */
const megabyte = `begin ${'x'.repeat(1_000_000)} end`;
const texts: readonly string[] = [...Object.values(hostileTexts), megabyte];
const name = '$(trash) <b>run</b> [x](command:workbench.action.quit) \u202enur\u200b';
/** As it is shown. */
const title = '$(trash) <b>run</b> [x](command:workbench.action.quit) ⟨U+202E⟩nur⟨U+200B⟩';

describe('what a hostile model wrote, in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;
  let folder: string;
  let stored: Fields[];

  const raw = (locator: Locator) => locator.evaluate((element) => element.textContent);
  const shows = (what: string, locator: Locator, expected: string) =>
    eventually(what, async () => ((await raw(locator)) === expected ? true : undefined));

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'hostile-'));
    stage = await PanelStage.open();
    await stage.workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const answers = [0, 1].flatMap((epoch) =>
      texts.map((text, index) =>
        sample({
          epoch,
          step: epoch * 10,
          sample_index: index,
          prompt: text,
          ground_truth: text,
          // Another answer in the end, so that there is a difference to draw.
          prediction: epoch === 0 ? text : `${text}!`,
          validation_pass: false,
          validation_kind: text.slice(0, 200),
          validation_errors: [text],
        }),
      ),
    );
    job = await stage.train(name, answers);
    stored = await readPredictions(stage.server, job.id, '?limit=1000');
    await stage.workbench.choose('Watch Training Predictions', '<b>run</b>');
    await stage.panel.getByText(`${answers.length} predictions`, { exact: true }).waitFor();
    await stage.panel.getByRole('combobox', { name: 'Rows per page' }).selectOption('50');
    await stage.rows.nth(answers.length - 1).waitFor();
  });

  after(async () => {
    await stage?.close();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    const { page } = stage.workbench;
    for (const frame of page.frames()) {
      assert.equal(await frame.locator('img[src="x"], script:text("alert(")').count(), 0, 'markup was read as markup');
    }
  });

  it('is stored as it is', () => {
    for (const [index, text] of texts.entries()) {
      const answers = stored.filter((row) => row['sample_index'] === index);
      assert.deepEqual(
        answers.map((row) => row['prediction']),
        [text, `${text}!`],
      );
    }
  });

  it('is the text of its cells and of an open row, with the difference to the truth', async () => {
    const { length } = texts;
    for (const [index, text] of texts.entries()) {
      // Newest first, and within an epoch the last sample first.
      const row = stage.rows.nth(length - 1 - index);
      await becomes(() => raw(row.locator('td.column-prompt')), text.slice(0, 2000));
      await becomes(() => raw(row.locator('td.column-prediction')), `${text}!`.slice(0, 2000));
      await row.getByRole('button').first().click();
      const detail = stage.grid.locator('tbody tr:not([data-id])');
      await detail.getByText(/received/).waitFor();
      const all = detail.getByRole('button', { name: /^Show all/ });
      for (let more = text === megabyte ? 3 : 0; more > 0; more -= 1) await all.first().click();
      await shows('the prompt', detail.locator('.long-text').nth(0), text);
      await shows('the truth', detail.locator('.long-text').nth(1), text);
      await shows('the prediction', detail.locator('.long-text').nth(2), `${text}!`);
      if (text !== megabyte) await becomes(() => detail.locator('ins').allTextContents(), ['!']);
      await shows('the error', detail.locator('.detail-errors li').first(), text);
      // What changes the direction of a text does so in its own place alone.
      for (const place of [row.locator('.clip').first(), detail.locator('.long-text').first(), detail.locator('li')]) {
        const one = place.first();
        const bidi = await one.evaluate((of) => of.ownerDocument.defaultView?.getComputedStyle(of).unicodeBidi);
        assert.match(bidi ?? '', /isolate/);
      }
      const kind = plainName(text.slice(0, 200));
      assert.ok((await raw(detail.locator('.detail-metadata')))?.includes(kind), kind);
      await row.getByRole('button').first().click();
    }
  });

  it('is copied and searched for as it is', async () => {
    const index = Object.keys(hostileTexts).indexOf('markup');
    const text = texts[index] ?? '';
    await stage.search.fill(text);
    await stage.showing('1–2 of 2');
    await stage.rows.first().locator('td.column-prediction').focus();
    await stage.workbench.page.keyboard.press('Control+C');
    await eventually('the clipboard', async () => {
      const copied = await stage.workbench.page.evaluate<string>('navigator.clipboard.readText()');
      return copied === `${text}!` || undefined;
    });
    await stage.search.press('Escape');
    await stage.showing(`1–${2 * texts.length} of ${2 * texts.length}`);
  });

  it('is the text of the Comparison tab, its list of samples and the diff editor', async () => {
    await stage.openTab('Comparison');
    const choice = stage.panel.getByRole('combobox', { name: 'Sample' });
    for (const [index, text] of texts.entries()) {
      await stage.chooseSample(index);
      await shows('the prompt', stage.panel.locator('.sample-texts .long-text').first(), text.slice(0, 2000));
      await shows('the oldest answer', stage.panel.locator('.history .difference').last(), text.slice(0, 2000));
      // An option has no place of its own for a text that changes direction.
      const words = plainLine(text.slice(0, 40));
      await becomes(async () => (await raw(choice.locator('option').nth(index)))?.includes(words), true, words);
    }
    const index = Object.keys(hostileTexts).indexOf('script');
    await stage.chooseSample(index);
    await shows('the script', stage.panel.locator('.history .difference').last(), texts[index] ?? '');
    const entry = stage.panel.getByRole('listitem').filter({ hasText: 'Epoch 0' });
    await entry.hover();
    await entry.getByRole('button', { name: 'Open in diff editor' }).click();
    const editors = stage.workbench.page.locator('.monaco-diff-editor .editor .view-lines');
    await eventually('both texts', async () => {
      const sides = await editors.evaluateAll((all) => all.map((one) => one.textContent?.replaceAll('\u00a0', ' ')));
      return sides.filter((side) => side === texts[index]).length === 2 || undefined;
    });
    await stage.workbench.run('View: Close Editor');
  });

  it('is exported as it is', async () => {
    const bring = async (format: string, file: string) => {
      await stage.button('Export…').click();
      await stage.workbench.pick(format, 'Export Predictions: Format');
      await stage.workbench.saveAs(path.join(folder, file));
      return eventually(`the file ${file}`, () => readFile(path.join(folder, file), 'utf8').catch(() => undefined));
    };
    const lines = (await bring('JSON Lines', 'all.jsonl')).trimEnd().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as Fields);
    const keyed = (all: Fields[]) => new Map(all.map((row) => [row['id'], row]));
    assert.deepEqual(keyed(rows), keyed(stored));
    const [columns = [], ...records] = parseCsv(await bring('CSV', 'all.csv'));
    const cell = (record: string[], column: string) => fromHarmless(record[columns.indexOf(column)] ?? '');
    const inFile = new Map(records.map((record) => [cell(record, 'id'), cell(record, 'prediction')]));
    // A file in UTF-8 has no place for half a pair of surrogates.
    for (const row of stored)
      assert.equal(inFile.get(String(row['id'])), Buffer.from(String(row['prediction'])).toString());
  });

  it('does no harm as the name of a job in title, tree, header and export', async () => {
    await stage.workbench.tab(`Predictions: ${title}`).waitFor();
    await becomes(() => raw(stage.panel.getByRole('heading', { level: 1 })), title);
    await stage.workbench.run('View: Show Training Predictions');
    const item = stage.workbench.page.getByRole('treeitem').filter({ hasText: '<b>run</b>' });
    await item.waitFor();
    assert.ok((await raw(item))?.includes(title));
    assert.equal(await item.locator('.codicon-trash, b').count(), 0);
    await item.hover();
    const hover = stage.workbench.page.locator('.monaco-hover:visible, .workbench-hover:visible');
    await hover.filter({ hasText: job.id }).first().waitFor();
    assert.equal(await hover.locator('a, b, .codicon-trash').count(), 0);
  });
});
