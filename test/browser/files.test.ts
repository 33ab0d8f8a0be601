import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromHarmless } from '../../src/csv.ts';
import { parseCsv } from '../support/csv.ts';
import { becomes, eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { readSampleRun } from '../support/sampleRun.ts';
import { type Fields, readPredictions, type TestJob } from '../support/serverClient.ts';

const run = readSampleRun().filter(({ epoch }) => epoch >= 26);
const epochs = [26, 27, 28, 29, 30];

describe('what leaves the panel in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;
  let folder: string;
  let stored: Fields[];

  const dataTable = (name: string) => stage.panel.getByRole('table', { name, exact: true });
  const clipboard = () => stage.workbench.page.evaluate<string>('navigator.clipboard.readText()');
  /** Waits until the clipboard holds something else than before. */
  const copied = (before: string) =>
    eventually('another text on the clipboard', async () => {
      const text = await clipboard();
      return text === before ? undefined : text;
    });

  /** Names the file in VS Code's own dialog for servers, and waits until it is there. */
  async function saveAs(name: string): Promise<string> {
    const file = path.join(folder, name);
    await stage.workbench.saveAs(file);
    return eventually(`the file ${name}`, () => readFile(file, 'utf8').catch(() => undefined));
  }

  async function exportAs(format: string, name: string, what?: string): Promise<string> {
    await stage.button('Export…').click();
    if (what !== undefined) await stage.workbench.pick(what);
    await stage.workbench.pick(format, 'Export Predictions: Format');
    const text = await saveAs(name);
    await stage.workbench.notification(`exported to ${path.join(folder, name)}`).waitFor();
    await stage.workbench.run('Notifications: Clear All Notifications');
    // The next list takes over the rows of this one: a click meant for one would reach the other.
    await stage.workbench.quickInput.waitFor({ state: 'hidden' });
    return text;
  }

  const byId = (rows: Fields[]) => rows.toSorted((a, b) => String(a['id']).localeCompare(String(b['id'])));
  const jsonLines = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Fields);

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'exports-'));
    stage = await PanelStage.open();
    await stage.workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    job = await stage.train(
      'orders',
      run.map((row) => ({ ...row, reward: { total: row.epoch / 30 } })),
    );
    await stage.train(
      'another run',
      run.map((row) => ({ ...row, epoch: row.epoch + 2, char_error_rate: 0.5 })),
    );
    stored = await readPredictions(stage.server, job.id, '?limit=1000');
    assert.equal(stored.length, 250);
    await stage.watch('another run');
    await stage.watch('orders');
    await stage.showing('1–10 of 250');
  });

  after(async () => {
    await stage?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('exports every prediction as JSON Lines, with every field that the server has', async () => {
    const text = await exportAs('JSON Lines', 'all.jsonl');
    assert.deepEqual(byId(jsonLines(text)), byId(stored));
  });

  it('exports every prediction as CSV', async () => {
    const [columns = [], ...records] = parseCsv(await exportAs('CSV', 'all.csv'));
    const written = records.map((record) =>
      Object.fromEntries(columns.map((column, index) => [column, fromHarmless(record[index] ?? '')])),
    );
    const asText = (value: unknown): string =>
      value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
    const expected = stored.map((row) => Object.fromEntries(columns.map((column) => [column, asText(row[column])])));
    assert.deepEqual(byId(written), byId(expected));
    assert.ok(columns.includes('reward'));
  });

  it('exports what the filters show, in their order', async () => {
    await stage.search.fill('tea kettles');
    const expected = stored.filter((row) => /tea kettles/i.test(`${row['prompt']}${row['prediction']}`));
    await stage.showing(`1–${Math.min(10, expected.length)} of ${expected.length}`);
    const rows = jsonLines(await exportAs('JSON Lines', 'some.jsonl', 'What the filters show'));
    assert.deepEqual(byId(rows), byId(expected));
    assert.deepEqual(
      rows.map((row) => row['epoch']),
      rows.map((row) => Number(row['epoch'])).toSorted((a, b) => b - a),
    );
    const all = jsonLines(await exportAs('JSON Lines', 'all-the-same.jsonl', 'All'));
    assert.equal(all.length, 250);
    await stage.search.press('Escape');
    await stage.showing('1–10 of 250');
  });

  it('leaves no file when the dialog is dismissed', async () => {
    await stage.button('Export…').click();
    await stage.workbench.pick('CSV');
    await stage.workbench.quickInput.getByRole('button', { name: 'OK' }).waitFor();
    await stage.workbench.page.keyboard.press('Escape');
    await stage.workbench.quickInput.waitFor({ state: 'hidden' });
    await stage.showing('1–10 of 250');
  });

  it('copies a cell, and a row as JSON, whole', async () => {
    const first = stage.rows.first();
    const id = await first.getAttribute('data-id');
    const row = stored.find((candidate) => candidate['id'] === id);
    let before = await clipboard();
    await first.locator('td.column-prediction').focus();
    await stage.workbench.page.keyboard.press('Control+C');
    before = await copied(before);
    assert.equal(before, row?.['prediction']);
    await first.getByRole('button').first().click();
    for (const [name, field] of [
      ['Copy prompt', 'prompt'],
      ['Copy ground truth', 'ground_truth'],
    ] as const) {
      await stage.button(name).click();
      before = await copied(before);
      assert.equal(before, row?.[field]);
    }
    await stage.button('Copy as JSON').click();
    assert.deepEqual(JSON.parse(await copied(before)), row);
    await first.getByRole('button').first().click();
  });

  it('shows prediction and ground truth, or two epochs, in the diff editor, and nobody can change them', async () => {
    const texts = (index: number) =>
      [26, 27, 30].map((epoch) => run.find((row) => row.epoch === epoch && row.sample_index === index));
    // A sample whose answer still changed.
    const index = run.findIndex((_, at) => texts(at)[0]?.prediction !== texts(at)[2]?.prediction);
    const [early, middle, late] = texts(index);
    const sides = () =>
      stage.workbench.page
        .locator('.monaco-diff-editor .editor:is(.original, .modified) .view-lines')
        .evaluateAll((editors) => editors.map((editor) => editor.textContent?.replaceAll('\u00a0', ' ')));
    async function showsBoth(left: string | null | undefined, right: string | undefined): Promise<void> {
      await eventually('both texts', async () => ((await sides()).join('|') === `${left}|${right}` ? true : undefined));
      await stage.workbench.run('View: Close Editor');
    }
    await stage.workbench.choose('Open Diff', `#${index}`, 'Open Diff: Sample');
    await stage.workbench.pick('Epoch 26', 'Open Diff: Answer');
    await stage.workbench.pick('Epoch 30', 'Open Diff: Compare With');
    await stage.workbench.tab(`Sample ${index} epoch 30 ↔ Sample ${index} epoch 26`).waitFor();
    await showsBoth(late?.prediction, early?.prediction);

    await stage.openTab('Comparison');
    await stage.chooseSample(index);
    const entry = stage.panel.getByRole('listitem').filter({ hasText: 'Epoch 27' });
    await entry.hover();
    await entry.getByRole('button', { name: 'Open in diff editor' }).click();
    await stage.workbench.page.locator('.monaco-diff-editor').click();
    await stage.workbench.page.keyboard.type('x');
    await showsBoth(middle?.ground_truth, middle?.prediction);
  });

  it('lays another watched job over the charts', async () => {
    await stage.openTab('Trends');
    const overlay = stage.panel.getByRole('combobox', { name: 'Overlay' });
    await becomes(() => overlay.locator('option').allTextContents(), ['none', 'another run']);
    await overlay.selectOption('another run');
    await stage.panel.getByText('This job').first().waitFor();
    const table = dataTable('Character error rate');
    const cells = await eventually('both jobs in the table', async () => {
      const texts = await table
        .locator('tr')
        .evaluateAll((lines) => lines.map((line) => [...line.children].map((cell) => cell.textContent ?? '')));
      return texts.length === 8 ? texts : undefined;
    });
    assert.equal(cells[0]?.at(-1), 'Character error rate, another run');
    assert.deepEqual(
      cells.slice(1).map((row) => [row[0], row.at(-1)]),
      [26, 27, 28, 29, 30, 31, 32].map((epoch) => [String(epoch), epoch < 28 ? '–' : '0.500']),
    );
    // An epoch that only the other job has leads nowhere here.
    await becomes(() => table.getByRole('button', { name: '32' }).isDisabled(), true);
  });

  it('saves a chart as numbers', async () => {
    await stage.button('Save Character error rate').click();
    await stage.panel.getByRole('menuitem', { name: 'Numbers (CSV)' }).click();
    const [head = [], ...records] = parseCsv(await saveAs('chart.csv'));
    assert.deepEqual(head.slice(0, 3), ['Epoch', 'Step', 'Character error rate']);
    assert.equal(head.at(-1), 'Character error rate, another run');
    assert.equal(records.length, 7);
    epochs.forEach((epoch, index) => {
      const rates = run.filter((row) => row.epoch === epoch).map((row) => row.char_error_rate ?? Number.NaN);
      const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
      assert.equal(records[index]?.[0], String(epoch));
      assert.ok(Math.abs(Number(records[index]?.[2]) - mean) < 1e-9, `epoch ${epoch}: ${records[index]?.[2]}`);
    });
  });

  it('saves a chart as a picture that holds more than its background', async () => {
    await stage.button('Save Character error rate').click();
    await stage.panel.getByRole('menuitem', { name: 'Picture (PNG)' }).click();
    await saveAs('chart.png');
    const png = await readFile(path.join(folder, 'chart.png'));
    assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const page = await stage.workbench.page.context().newPage();
    const colours = await page.evaluate<{ width: number; height: number; seen: number }>(`(async () => {
      const image = await createImageBitmap(await (await fetch('data:image/png;base64,${png.toString('base64')}')).blob());
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
      context.drawImage(image, 0, 0);
      const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
      return { width: image.width, height: image.height, seen: new Set(pixels).size };
    })()`);
    await page.close();
    assert.ok(colours.width > 200 && colours.height > 150 && colours.seen > 20, JSON.stringify(colours));
  });
});
