import assert from 'node:assert/strict';
import AxeBuilder from '@axe-core/playwright';
import type { Locator } from 'playwright-core';
import { becomes, eventually } from '../support/eventually.ts';
import { hostileTexts } from '../support/hostileTexts.ts';
import { PanelStage, remembered } from '../support/panelStage.ts';
import { sample } from '../support/serverClient.ts';

const themes = ['Dark Modern', 'Light Modern', 'Dark High Contrast', 'Light High Contrast'];

const prompt = 'Explain **it**. It costs $5.';
const answer = [
  '<think>First *add*.</think># Title\n\nSome **bold** words and [a link](https://example.com/there).',
  '|one|two|\n|-|-|\n|1|`code`|',
  `\`\`\`python\n${'print("a long line of code") '.repeat(20)}\n\`\`\``,
  '$$\\frac{a}{b}$$\n\n1. item\n\n> quoted',
].join('\n\n');
const json = '{"name":"tea","tags":["a",{"b":1.0}]}';

/** Half a minute of a formula's work. */
const bomb = `\\(\\def\\a{${'x'.repeat(4000)}}${'\\a'.repeat(400)}\\)`.repeat(20);
const hostile: Record<string, string> = {
  ...hostileTexts,
  events: '<img src=x onerror="alert(1)"> <a href="javascript:alert(2)" onclick="alert(3)">x</a>',
  links:
    '[a](javascript:alert(1)) [b](command:workbench.action.quit) [c](https://evil.example/ "t") <https://x.example>',
  images: '![a](https://evil.example/a.png) ![b](data:image/svg+xml,<svg onload=alert(1)>) ![c](x)',
  imitation: '<button class="link">Copy prediction</button>\n\n# Prediction\n\n<style>*{display:none}</style>',
  mathematics:
    '\\(\\href{javascript:alert(1)}{x}\\) \\(\\class{tab}{x}\\) \\(\\style{position:fixed}{x}\\) \\(\\includegraphics{https://evil.example/a.png}\\) \\(\\htmlData{a=b}{x}\\) \\(\\text{<img src=x>}\\) \\(\\kern-9999em x\\rule{999em}{999em}\\)',
  quotes: '>'.repeat(10_000),
  brackets: '['.repeat(10_000),
  stars: '*a '.repeat(30_000),
  dollars: '$$'.repeat(500_000),
  rows: `|a|b|\n|-|-|\n${'|1|2|\n'.repeat(100_000)}`,
  bomb,
};

describe('texts that are rendered, in VS Code', () => {
  let stage: PanelStage;

  const form = () => stage.panel.getByRole('combobox', { name: 'Text form' }).first();
  const open = (text: string) => stage.rows.filter({ hasText: text }).first().getByRole('button').first().click();
  const detail = () => stage.panel.locator('.detail');
  const texts = () => detail().locator('.detail-field > div > .long-text');
  const raw = (locator: Locator) => locator.evaluate((one) => one.textContent);
  const tags = (locator: Locator) =>
    locator.evaluateAll((all) => [
      ...new Set(all.flatMap((one) => [...one.querySelectorAll('*')].map((part) => part.localName))),
    ]);
  async function isSound(where: string) {
    const axe = new AxeBuilder({ page: stage.workbench.page });
    const { violations } = await axe.include(['iframe.webview.ready', '#active-frame', 'body']).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(
      serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      [],
      where,
    );
  }

  before(async () => {
    stage = await PanelStage.open();
    await stage.train('plain', [
      sample({ epoch: 0, sample_index: 0, prompt, ground_truth: '**true**', prediction: answer }),
      sample({ epoch: 1, step: 10, sample_index: 0, prompt, ground_truth: '**true**', prediction: '**truer**' }),
      sample({ epoch: 1, step: 10, sample_index: 1, prompt: 'As JSON', ground_truth: json, prediction: json }),
    ]);
    await stage.watch('plain');
    await stage.showing('1–3 of 3');
  });

  after(() => stage?.close());

  it('are raw at first, and nothing is asked to be rendered', async () => {
    await open('# Title');
    await detail()
      .getByText(/received/)
      .waitFor();
    await becomes(() => form().inputValue(), 'raw');
    await becomes(() => raw(texts().first()), prompt);
    assert.equal(await stage.panel.locator('.rendered').count(), 0);
    await detail().locator('ins, del').first().waitFor({ state: 'attached' });
  });

  it('are prepared for once pointer or focus come to the choice, and not before', async () => {
    // What the page says to VS Code goes through a port of the frame around it.
    const told = () =>
      form().evaluate((choice) => {
        const frame = choice.ownerDocument.defaultView?.frameElement?.ownerDocument.defaultView;
        const outer = frame as unknown as { told?: string[]; MessagePort: typeof MessagePort };
        if (outer.told === undefined) {
          const types: string[] = [];
          outer.told = types;
          const port = outer.MessagePort.prototype;
          const post = port.postMessage as (...said: unknown[]) => void;
          port.postMessage = function (this: unknown, ...said: unknown[]) {
            const [word] = said as [{ data?: { message?: { type?: string } } }];
            types.push(word.data?.message?.type ?? '');
            post.apply(this, said);
          };
        }
        return outer.told.filter((type) => type === 'mayRender' || type === 'render');
      });
    assert.deepEqual(await told(), []);
    await stage.search.hover();
    await stage.search.focus();
    assert.deepEqual(await told(), []);
    await form().hover();
    await eventually('what renders is asked to be ready', async () => ((await told()).length === 1 ? true : undefined));
    await form().focus();
    assert.deepEqual(await told(), ['mayRender']);
  });

  it('are Markdown, tables, code and mathematics once the reader asks for it by the keyboard', async () => {
    await form().focus();
    await stage.workbench.page.keyboard.press('ArrowDown');
    await becomes(() => form().inputValue(), 'rendered');
    const prediction = detail().locator('.long-text.difference.rendered');
    await prediction.locator('math mfrac').waitFor();
    for (const part of ['strong', 'table td code', 'pre code', 'ol li', 'blockquote p']) {
      await prediction.locator(part).first().waitFor({ state: 'attached' });
    }
    assert.equal(await prediction.locator('h1, a, ins, del').count(), 0);
    assert.ok((await raw(prediction))?.includes('a link (https://example.com/there)'));
    await becomes(() => raw(texts().first().locator('strong')), 'it');
    await becomes(async () => (await raw(texts().first()))?.endsWith('It costs $5.'), true);
    await detail().getByText('differences are shown in Raw').waitFor();
    await detail().locator('summary', { hasText: 'Reasoning' }).click();
    await eventually(
      'rendered reasoning',
      async () => (await detail().locator('.reasoning em').allTextContents()).join() === 'add' || undefined,
    );
    await open('As JSON');
    await eventually(
      'JSON in lines',
      async () =>
        (await detail().locator('pre').allTextContents()).some((text) => text.includes('\n    "a",\n')) || undefined,
    );
  });

  it('are so in Comparison as well, for another job, and after a reload', async () => {
    await stage.openTab('Comparison');
    await stage.panel.locator('.history strong', { hasText: 'truer' }).waitFor();
    await becomes(() => stage.panel.getByText('Differences are shown in Raw.').isVisible(), true);
    await becomes(() => stage.panel.locator('.history ins:visible').count(), 0);
    await stage.train('other', [sample({ prompt: 'an *other* job' })]);
    await stage.watch('other');
    await stage.showing('1–1 of 1');
    await stage.rows.first().getByRole('button').first().click();
    await detail().locator('em', { hasText: 'other' }).waitFor();
    await stage.workbench.run('View: Close Editor');
    await stage.panel.locator('.history strong', { hasText: 'truer' }).waitFor();
    // What was closed a moment ago would be back with the window, and what is shown would be as it was before.
    await stage.workbench.page.waitForTimeout(remembered);
    await stage.workbench.reload();
    await stage.panel.locator('.history strong', { hasText: 'truer' }).waitFor();
    await becomes(() => form().inputValue(), 'rendered');
  });

  it('have nothing that axe calls serious, and need no scrolling sideways at 480 px, in every theme', async () => {
    for (const theme of themes) {
      await stage.workbench.useTheme(theme);
      for (const width of [1400, 480]) {
        await stage.workbench.page.setViewportSize({ width, height: 900 });
        for (const tab of ['Comparison', 'Predictions']) {
          await stage.openTab(tab);
          await stage.panel.locator('.rendered pre:visible').first().waitFor();
          await isSound(`${tab} in ${theme} at ${width} px`);
          const wide = () =>
            stage.panel
              .locator('body')
              .evaluate((body) =>
                [body, ...body.querySelectorAll('[role="tabpanel"]:not([hidden]), .detail, .toolbar, .long-text')]
                  .filter((part) => part.scrollWidth > part.clientWidth + 1)
                  .map((part) => part.className),
              );
          await becomes(wide, [], `${tab} at ${width} px`);
        }
      }
    }
    await stage.workbench.page.setViewportSize({ width: 1400, height: 900 });
  });

  it('show their differences again in Raw', async () => {
    await stage.openTab('Predictions');
    await form().selectOption('raw');
    await detail().locator('ins, del').first().waitFor();
    await becomes(() => stage.panel.locator('.rendered').count(), 0);
    await becomes(
      () => Promise.all([texts().first(), detail().locator('.long-text.code').first()].map(raw)),
      ['As JSON', json],
    );
  });

  describe('of a hostile model', () => {
    const names = Object.keys(hostile);
    let requests: string[];

    before(async () => {
      await stage.train(
        'hostile',
        names.map((name, index) =>
          sample({
            epoch: 0,
            sample_index: index,
            prompt: `called ${name}.`,
            ground_truth: null,
            prediction: hostile[name],
          }),
        ),
      );
      await stage.watch('hostile');
      await stage.showing(`1–10 of ${names.length}`);
      await stage.panel.getByRole('combobox', { name: 'Rows per page' }).selectOption('50');
      requests = [];
      stage.workbench.page.on('request', (request) => requests.push(request.url()));
    });

    afterEach(async () => {
      const opener = stage.grid.locator('[aria-expanded="true"]');
      while ((await opener.count()) > 0) await opener.first().click();
    });

    for (const name of names) {
      it(`do no harm: ${name}`, async () => {
        const row = stage.rows.filter({ hasText: `called ${name}` }).first();
        await row.getByRole('button').first().click();
        await detail()
          .getByText(/received/)
          .waitFor();
        if ((await form().inputValue()) !== 'rendered') await form().selectOption('rendered');
        const prediction = detail().locator('.long-text').last();
        await prediction.scrollIntoViewIfNeeded();
        await eventually(`an answer for ${name}`, async () => {
          const isDone = await prediction.evaluate(
            (one) => one.classList.contains('rendered') || one.querySelector('.cut-note') !== null,
          );
          return isDone || undefined;
        });
        const dangerous = await prediction.evaluate((one) =>
          [...one.querySelectorAll('*')].flatMap((part) =>
            [...part.attributes]
              .filter(
                (attribute) =>
                  !/^(dir|data-[a-z-]+|start|tabindex|display\w*|width|height|stretchy|fence|form|class)$/.test(
                    attribute.name,
                  ),
              )
              .map((attribute) => `${part.localName} ${attribute.name}`),
          ),
        );
        assert.deepEqual(dangerous, []);
        const odd = (await tags(prediction)).filter((tag) =>
          /^(script|style|img|a|svg|iframe|button|input|h\d|object|form)$/.test(tag),
        );
        assert.deepEqual(odd, []);
        const shown = (await raw(prediction)) ?? '';
        if (['quotes', 'rows'].includes(name)) assert.match(shown, /^Shown raw: /);
        if (['events', 'script'].includes(name)) assert.equal(shown, hostile[name]);
      });
    }

    it('are raw where the reader wants to see more than is rendered', async () => {
      const row = stage.rows.filter({ hasText: 'called dollars.' });
      await row.getByRole('button').first().click();
      await detail().locator('.long-text.rendered').last().waitFor();
      await detail().getByRole('button', { name: 'Show all 1,000,000 characters' }).click();
      await detail().getByText('Shown raw: it has 1,000,000 characters.').waitFor();
    });

    it('load nothing from anywhere', () => {
      assert.deepEqual(
        requests.filter((url) => /evil|example/.test(url)),
        [],
      );
    });

    it('keep nobody else waiting for long', async () => {
      const row = stage.rows.filter({ hasText: 'called links.' }).first();
      await row.getByRole('button').first().click();
      await detail().locator('.rendered [data-kind="link"]').first().waitFor();
    });
  });
});
