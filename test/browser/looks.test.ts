import assert from 'node:assert/strict';
import { becomes, eventually } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { readSampleRun } from '../support/sampleRun.ts';
import { sample, type TestJob } from '../support/serverClient.ts';

const run = readSampleRun().filter(({ epoch }) => epoch < 6);
const tabs = ['Predictions', 'Comparison', 'Trends'];
/** No place to break: as wide as it is long unless somebody breaks it. */
const unbroken = 'W'.repeat(3000);

describe('the looks of the panel in VS Code, for a German reader', () => {
  let stage: PanelStage;
  let job: TestJob;

  before(async () => {
    stage = await PanelStage.open({ locale: 'de-DE' });
    job = await stage.train('orders', [
      ...run.map((row) => ({ ...row, step: row.step * 100 })),
      sample({ epoch: 6, sample_index: 3, prompt: unbroken, ground_truth: unbroken, prediction: `${unbroken}!` }),
      sample({ epoch: 6, sample_index: 4, prompt: 'שלום עולם', ground_truth: 'שלום', prediction: 'שלום 😀 hello' }),
    ]);
    await stage.watch('orders');
    await stage.showing('1–10 of 302');
  });

  after(() => stage?.close());

  it('writes numbers as the reader does', async () => {
    await stage.panel.getByLabel('Epoch', { exact: true }).selectOption({ label: '5 (50)' });
    await stage.showing('1–10 of 50');
    const cells = await stage.rows.first().locator('td').allInnerTexts();
    assert.ok(cells.includes('20.000'), cells.join(' | '));
    assert.ok(
      cells.some((cell) => /0,\d{3}/.test(cell)),
      cells.join(' | '),
    );
    await stage.openTab('Trends');
    await becomes(() => stage.panel.getByRole('table', { name: 'Exact match', exact: true }).innerText(), /\d,\d\s%/);
    await stage.openTab('Predictions');
    await stage.panel.getByLabel('Epoch', { exact: true }).selectOption('');
    await stage.showing('1–10 of 302');
  });

  it('gives each text its own direction', async () => {
    const direction = (text: string) =>
      stage.rows
        .filter({ hasText: text })
        .first()
        .locator('.column-prompt .clip')
        .evaluate((clip) => clip.ownerDocument.defaultView?.getComputedStyle(clip).direction);
    await becomes(() => direction('שלום עולם'), 'rtl');
    await becomes(() => direction('WWWW'), 'ltr');
  });

  for (const [what, size] of [
    ['a window 320 px wide', { width: 320, height: 800 }],
    ['200 % zoom', { width: 700, height: 450 }],
  ] as const) {
    it(`needs no scrolling sideways but in the table itself, at ${what}`, async () => {
      await stage.workbench.page.setViewportSize(size);
      for (const tab of tabs) {
        await stage.openTab(tab);
        if (tab === 'Predictions') await stage.rows.first().getByRole('button').first().click();
        if (tab === 'Predictions') await stage.panel.getByText(/received/).waitFor();
        if (tab === 'Comparison') await stage.chooseSample(3);
        const wide = () =>
          stage.panel.locator('body').evaluate((body) => {
            const inSight = '[role="tabpanel"]:not([hidden]), .detail, .toolbar, .header';
            return [body, ...body.querySelectorAll(inSight)]
              .filter((part) => part.scrollWidth > part.clientWidth + 1)
              .map((part) => part.className);
          });
        await becomes(wide, [], tab);
        const cut = () =>
          stage.panel.locator('body').evaluate((body) => {
            const { clientWidth } = body;
            return [...body.querySelectorAll('button, select, input, vscode-button')]
              .filter((control) => control.closest('.grid-scroll') === null && control.checkVisibility())
              .filter((control) => control.getBoundingClientRect().right > clientWidth + 1)
              .map((control) => control.textContent);
          });
        await becomes(cut, [], `controls out of sight in ${tab}`);
        if (tab === 'Predictions') await stage.rows.first().getByRole('button').first().click();
      }
      await stage.workbench.page.setViewportSize({ width: 1400, height: 900 });
    });
  }

  it('has no scroll bar of the page beside that of a tab', async () => {
    await stage.workbench.page.setViewportSize({ width: 1400, height: 700 });
    for (const tab of tabs) {
      await stage.openTab(tab);
      if (tab === 'Predictions') await stage.panel.getByRole('combobox', { name: 'page' }).selectOption('50');
      if (tab === 'Comparison') await stage.chooseSample(3);
      const over = () => stage.panel.locator('html').evaluate((html) => html.scrollHeight - html.clientHeight);
      await becomes(over, 0, tab);
    }
    await stage.workbench.page.setViewportSize({ width: 1400, height: 900 });
  });

  it('has the facts in one line beside or below a long title', async () => {
    const title = 'meta-llama/Llama-3.1-8B-Instruct-orders-qlora-r16-alpha32-2026-01-01-take-three-⟨U+202E⟩-again';
    await stage.train(title, [sample({})]);
    await stage.watch(title);
    for (const width of [1400, 1250, 1100, 1000, 700]) {
      await stage.workbench.page.setViewportSize({ width, height: 900 });
      const height = async () => (await stage.panel.locator('.facts').boundingBox())?.height ?? Number.NaN;
      await eventually(`facts in one line at ${width} px`, async () => ((await height()) < 30 ? true : undefined));
    }
    await stage.workbench.page.setViewportSize({ width: 1400, height: 900 });
    await stage.workbench.run('View: Close Editor');
    // On whichever tab the test before left it.
    await stage.panel.getByText('302 predictions').first().waitFor();
  });

  it('draws charts anew in the colours of a theme that is chosen while they are open', async () => {
    await stage.openTab('Trends');
    const chart = stage.panel.getByRole('img', { name: 'Character error rate', exact: true });
    const picture = () => chart.evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
    /** Until two looks at it are alike: it is drawn a while after the tab is there. */
    let last = '';
    const settled = () =>
      eventually('a settled chart', async () => {
        const before = last;
        last = await picture();
        await stage.workbench.page.waitForTimeout(200);
        return last === before ? last : undefined;
      });
    let before = await settled();
    for (const theme of ['Dark High Contrast', 'Light High Contrast', 'Dark Modern']) {
      await stage.workbench.useTheme(theme);
      await eventually(`other colours in ${theme}`, async () => ((await picture()) === before ? undefined : true));
      before = await settled();
    }
  });

  it('says by more than colour which tab is chosen, where colours are forced', async () => {
    await stage.workbench.page.emulateMedia({ forcedColors: 'active' });
    const line = (name: string) =>
      stage.panel
        .getByRole('tab', { name })
        .evaluate((tab) => tab.ownerDocument.defaultView?.getComputedStyle(tab).borderBottomWidth);
    await becomes(async () => [await line('Trends'), await line('Predictions')], ['4px', '0px']);
    await stage.workbench.page.emulateMedia({ forcedColors: 'none' });
  });

  it('turns nothing for who wants less motion', async () => {
    await stage.workbench.page.emulateMedia({ reducedMotion: 'reduce' });
    await stage.openTab('Predictions');
    const rings = stage.panel.locator('vscode-progress-ring');
    const displays = await rings.evaluateAll((all) =>
      all.map((ring) => ring.ownerDocument.defaultView?.getComputedStyle(ring).display),
    );
    assert.ok(displays.length > 0 && displays.every((display) => display === 'none'), displays.join());
    await stage.workbench.page.emulateMedia({ reducedMotion: 'no-preference' });
  });

  it('sums arrivals up for screen readers, and does not flood them', async () => {
    const said = await stage.panel.locator('[aria-live="polite"].spoken').evaluateHandle((region) => {
      const texts: string[] = [];
      const view = region.ownerDocument.defaultView;
      if (view === null) throw new Error('no window');
      new view.MutationObserver(() => {
        if (region.textContent) texts.push(region.textContent);
      }).observe(region, { childList: true, subtree: true, characterData: true });
      return texts;
    });
    for (let index = 0; index < 30; index += 1) {
      await stage.add(job, [sample({ epoch: 7, sample_index: index })]);
      await stage.workbench.page.waitForTimeout(100);
    }
    await stage.panel.getByText('332 predictions', { exact: true }).waitFor();
    const texts = await eventually('all 30 announced', async () => {
      const all = await said.jsonValue();
      const sum = all.reduce((count, text) => count + Number(/^(\d+) new prediction/.exec(text)?.[1]), 0);
      return sum === 30 ? all : undefined;
    });
    assert.ok(texts.length <= 3, texts.join(' | '));
    assert.match(texts.at(-1) ?? '', /^\d+ new predictions?, epoch 7$/);
  });
});
