import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { releases } from '../../scripts/vscode/install.ts';
import { type Bundles, loadedWith, readBundles, sourcesIn } from '../support/bundles.ts';
import { type ZipEntry, zipEntries } from '../support/zipEntries.ts';

const root = path.resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, unknown>;

/**
 * In bytes; kB as a person writes it: 1,000. Of the extension all that is loaded when a window opens, and what checks
 * schemas, which follows soon.
 */
const budgets = { extension: 250_000, webview: 600_000, package: 3_000_000 };

const bundles = readBundles(root);
const loadedAtActivation = loadedWith(bundles, 'dist/extension.cjs');
/** Loaded when they are used first; their names hold a hash. */
const parts = Object.keys(bundles.outputs).filter((file) => /^dist\/extension-.*\.cjs$/.test(file));

/** All that a package holds. What is added here is sent to everybody who installs the extension. */
const contents = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  ...[
    ...['LICENSE.txt', 'changelog.md', 'readme.md', 'package.json', 'package.nls.json', 'l10n/bundle.l10n.json'],
    ...[
      'extension.cjs',
      'differenceWorker.cjs',
      'renderWorker.cjs',
      'server.cjs',
      'scoreWorker.cjs',
      'replay.cjs',
      'follow.cjs',
      'importWorker.cjs',
      'schemaCompiler.cjs',
    ].map((f) => `dist/${f}`),
    ...parts,
    ...['webview.js', 'webview.css', 'ThirdPartyNotices.txt'].map((file) => `dist/${file}`),
    ...['finetune_lab_sdk.py', 'grpo_rewards.py', 'hf_answers.py', 'hf_callback.py', 'hf_tiny.py'].map(
      (f) => `examples/${f}`,
    ),
    ...['log_predictions.py', 'post.sh', 'prediction_outbox.py', 'train_rl_tiny.py', 'train_tiny.py'].map(
      (file) => `examples/${file}`,
    ),
    ...['activity.svg', 'icon.png', 'panel.svg', 'predictions.png', 'trends.png', 'training.png'].map(
      (file) => `media/${file}`,
    ),
    ...['orders-run', 'sums-run'].flatMap((run) => [`media/${run}.jsonl.gz`, `media/${run}-metrics.jsonl`]),
    ...['follow.md', 'key.md', 'send.md'].map((file) => `media/walkthrough/${file}`),
    ...['sample', 'trends'].flatMap((picture) =>
      ['dark', 'light'].map((theme) => `media/walkthrough/${picture}-${theme}.png`),
    ),
  ].map((file) => `extension/${file}`),
];

interface Package {
  name: string;
  version: string;
  license: string;
}

const heading = ({ name, version, license }: Package) => `\n${name} ${version} (${license})\n`;

/** The packages of which esbuild put something into a bundle. */
function packagesOf({ outputs }: Bundles): Package[] {
  const folders = new Set<string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const parts = file.split('/');
      const at = parts.lastIndexOf('node_modules') + 1;
      const end = at + (parts[at]?.startsWith('@') ? 2 : 1);
      if (at > 0 && bytesInOutput > 0) folders.add(parts.slice(0, end).join('/'));
    }
  }
  return [...folders].map((folder) => JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')));
}

/** Packages without a section that has a licence's words in it. */
function missing(packages: readonly Package[], notices: string): string[] {
  return packages.map(heading).filter((title) => {
    const at = notices.indexOf(title);
    const section = at < 0 ? '' : (notices.slice(at + title.length).split(/^={80}$/m)[1] ?? '');
    return !/Permission is hereby granted|Permission to use, copy|Redistribution and use|Apache License/.test(section);
  });
}

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
      extension: [...loadedAtActivation, 'dist/schemaCompiler.cjs'].reduce((sum, file) => sum + sizeOf(file), 0),
      webview: sizeOf('dist/webview.js') + sizeOf('dist/webview.css'),
      package: zip.length,
    };
    const over = Object.entries(sizes).filter(([name, size]) => !(size <= budgets[name as keyof typeof budgets]));
    assert.deepEqual(over, [], `budgets: ${JSON.stringify(budgets)}`);
    console.log(`      ${JSON.stringify(sizes)}`);
  });

  it('loads nothing when a window opens that is used now and then only', () => {
    const atActivation = sourcesIn(bundles, loadedAtActivation);
    const later = sourcesIn(
      bundles,
      parts.filter((file) => !loadedAtActivation.includes(file)),
    );
    const usedNowAndThen = [
      /^src\/import\//,
      /^src\/tables\//,
      /^src\/panel\/export\/export(File|Formats|Predictions)\.ts$/,
      /^src\/panel\/differences\/diffPicker\.ts$/,
      /^src\/panel\/(panel|tableView|sampleView|trendsView|content)\.ts$/,
      /^src\/panel\/chartFile\.ts$/,
      /^src\/panel\/workers\//,
      /^src\/assistant\/(toolAnswers|answers|failureText|jobReader|toolText)\.ts$/,
      /^src\/localServer\/(databasePrompt|serverTerminal)\.ts$/,
      /^src\/views\/(jobPicker|keyPrompt)\.ts$/,
      /^src\/model\/chats\//,
      /^src\/commands\/(following|followOutput|jobs|localServer|stopFollowing)\.ts$/,
      /^src\/following\/(?!following\.ts)/,
      /^src\/localServer\/followed\//,
      /^src\/(server|follow|compare)\//,
    ];
    assert.deepEqual(
      [...atActivation].filter((source) => usedNowAndThen.some((kind) => kind.test(source))),
      [],
    );
    for (const kind of usedNowAndThen.slice(0, -1))
      assert.ok(
        [...later].some((source) => kind.test(source)),
        `${kind}`,
      );
    const packages = [...atActivation].filter((source) => !/[:/]/.test(source) || source.startsWith('@'));
    assert.deepEqual(packages.sort(), ['eventsource-parser', 'typebox']);
  });

  it('holds the licence of each package that is in a bundle', () => {
    const entry = entries.find(({ name }) => name === 'extension/dist/ThirdPartyNotices.txt');
    const notices = entry?.read().toString() ?? '';
    const bundled = packagesOf(bundles);
    // Some that are sure to be there: of the extension, the server, the webview, and in a folder of its own.
    for (const one of ['eventsource-parser', 'fastify', 'chart.js', '@microsoft/fast-element']) {
      assert.ok(
        bundled.some(({ name }) => name === one),
        one,
      );
    }
    assert.deepEqual(missing(bundled, notices), []);
    const [first] = bundled;
    assert.ok(first !== undefined);
    assert.deepEqual(missing(bundled, notices.replace(heading(first), '')), [heading(first)]);
    assert.deepEqual(missing(bundled, notices.replaceAll('Permission is hereby granted', '')).length > 50, true);
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
