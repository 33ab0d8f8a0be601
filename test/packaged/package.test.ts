import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { releases } from '../../scripts/vscode/install.ts';
import { type ZipEntry, zipEntries } from '../support/zipEntries.ts';

const root = path.resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, unknown>;

/** In bytes; kB as a person writes it: 1,000. */
const budgets = { extension: 250_000, webview: 600_000, package: 1_500_000 };

/** All that a package holds. What is added here is sent to everybody who installs the extension. */
const contents = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  ...[
    ...['LICENSE.txt', 'changelog.md', 'readme.md', 'package.json', 'package.nls.json', 'l10n/bundle.l10n.json'],
    ...[
      'extension.cjs',
      'differenceWorker.cjs',
      'server.cjs',
      'scoreWorker.cjs',
      'replay.cjs',
      'importWorker.cjs',
      'schemaCompiler.cjs',
    ].map((f) => `dist/${f}`),
    ...['webview.js', 'webview.css'].map((file) => `dist/${file}`),
    ...['finetune_lab_sdk.py', 'hf_callback.py', 'hf_tiny.py', 'log_predictions.py', 'post.sh'].map(
      (f) => `examples/${f}`,
    ),
    ...['prediction_outbox.py', 'train_tiny.py'].map((file) => `examples/${file}`),
    ...['activity.svg', 'icon.png', 'panel.svg', 'predictions.png', 'trends.png', 'training.png'].map(
      (file) => `media/${file}`,
    ),
    ...['orders-run.jsonl.gz', 'orders-run-metrics.jsonl'].map((file) => `media/${file}`),
    ...['key.md', 'send.md'].map((file) => `media/walkthrough/${file}`),
    ...['sample', 'server', 'trends'].flatMap((picture) =>
      ['dark', 'light'].map((theme) => `media/walkthrough/${picture}-${theme}.png`),
    ),
  ].map((file) => `extension/${file}`),
];

describe('the package', () => {
  let zip: Buffer;
  let entries: ZipEntry[];

  before(() => {
    zip = readFileSync(path.join(root, `${String(manifest['name'])}-${String(manifest['version'])}.vsix`));
    entries = zipEntries(zip);
  });

  const sizeOf = (file: string) => entries.find(({ name }) => name === `extension/${file}`)?.size ?? Number.NaN;

  it('holds exactly what a user needs: no sources, tests or maps', () => {
    assert.deepEqual(entries.map(({ name }) => name).sort(), contents.sort());
  });

  it('keeps within its budgets', () => {
    const sizes = {
      extension: sizeOf('dist/extension.cjs') + sizeOf('dist/schemaCompiler.cjs'),
      webview: sizeOf('dist/webview.js') + sizeOf('dist/webview.css'),
      package: zip.length,
    };
    const over = Object.entries(sizes).filter(([name, size]) => !(size <= budgets[name as keyof typeof budgets]));
    assert.deepEqual(over, [], `budgets: ${JSON.stringify(budgets)}`);
    console.log(`      ${JSON.stringify(sizes)}`);
  });

  it('has what a gallery shows: icon, banner, categories, licence', () => {
    assert.ok(Number.isFinite(sizeOf(String(manifest['icon']))));
    assert.deepEqual(Object.keys(manifest['galleryBanner'] as object).sort(), ['color', 'theme']);
    assert.ok((manifest['categories'] as string[]).length > 0);
    assert.equal(manifest['license'], 'MIT');
  });

  it('is tested on the oldest VS Code that it says it works on, here and on desktops', () => {
    const { vscode } = manifest['engines'] as Record<string, string>;
    const oldest = releases.at(-1)?.version ?? '';
    assert.equal(vscode, `^${oldest}`);
    assert.equal((manifest['devDependencies'] as Record<string, string>)['@types/vscode'], oldest);
    const workflow = readFileSync(path.join(root, '.github/workflows/desktop.yml'), 'utf8');
    assert.ok(
      workflow.includes(
        `vscode: [${[...releases]
          .reverse()
          .map(({ version }) => `'${version}'`)
          .join(', ')}]`,
      ),
    );
  });

  it('has all that its readme and its changelog link to and show', () => {
    for (const document of ['README.md', 'CHANGELOG.md']) {
      const text = readFileSync(path.join(root, document), 'utf8');
      const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link ?? '');
      const named = { LICENSE: 'LICENSE.txt', 'CHANGELOG.md': 'changelog.md' } as Record<string, string>;
      const broken = links.filter((link) => !contents.includes(`extension/${named[link] ?? link}`));
      assert.deepEqual(broken, [], document);
    }
  });
});
