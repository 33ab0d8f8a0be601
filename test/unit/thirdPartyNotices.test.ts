import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundledPackages, thirdPartyNotices } from '../../scripts/thirdPartyNotices.mjs';

const mit = 'Permission is hereby granted, free of charge';

describe('the notices of bundled packages', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'notices-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function made(name: string, license: unknown, files: Record<string, string>): string {
    const own = path.join(folder, name);
    mkdirSync(own, { recursive: true });
    writeFileSync(path.join(own, 'package.json'), JSON.stringify({ name, version: '1.2.3', license }));
    for (const [file, text] of Object.entries(files)) writeFileSync(path.join(own, file), text);
    return own;
  }

  it('are of the packages that are in a bundle, wherever they lie, and of no other', () => {
    const inputs = Object.fromEntries(
      [
        ...['src/a.ts', 'node_modules/b/lib/x.js', 'node_modules/@a/b/x.js', 'node_modules/b/node_modules/c/x.js'],
        ...['../node_modules/d/x.js', 'instead of vscode:vscode'],
      ].map((file) => [file, { bytesInOutput: 1 }]),
    );
    const out = { bytes: 1, imports: [], exports: [] };
    const unused = { 'node_modules/unused/x.js': { bytesInOutput: 0 } };
    const outputs = { 'one.js': { ...out, inputs }, 'two.js': { ...out, inputs: { ...inputs, ...unused } } };
    assert.deepEqual(bundledPackages({ outputs }), [
      ...['../node_modules/d', 'node_modules/@a/b', 'node_modules/b', 'node_modules/b/node_modules/c'],
    ]);
  });

  it('have each package’s name, version, licence, its text and its notice, also where a readme is all there is', () => {
    const one = made('one', 'MIT', { LICENSE: mit, 'NOTICE.md': 'by us', 'README.md': 'unread' });
    const two = made('two', 'ISC', { 'readme.md': `# two\n## License\n(c) we\n\n${mit}\n\n## More\nno` });
    const text = thirdPartyNotices([one, two]);
    assert.match(text, /^one 1\.2\.3 \(MIT\)\n=+\n\nPermission.*\n\nby us\n/m);
    assert.match(text, /^two 1\.2\.3 \(ISC\)\n=+\n\n\(c\) we\n\nPermission is hereby granted, free of charge\n$/m);
  });

  it('cannot be made where a licence is not one that may be handed on, or its text is missing', () => {
    const of = (license: unknown, files = { LICENSE: mit }) => thirdPartyNotices([made('odd', license, files)]);
    for (const license of ['GPL-3.0', 'UNLICENSED', undefined, { type: 'MIT' }, 'SEE LICENSE IN x']) {
      assert.throws(() => of(license), /odd 1\.2\.3 .* is bundled: its licence is none of/);
    }
    rmSync(path.join(folder, 'odd'), { recursive: true });
    assert.throws(() => of('MIT', { LICENSE: '' }), /odd 1\.2\.3 \(MIT\) is bundled: it brings no text/);
    rmSync(path.join(folder, 'odd'), { recursive: true });
    const readme = made('readme', 'MIT', { 'README.md': '## License\nMIT' });
    assert.throws(() => thirdPartyNotices([readme]), /brings no text/);
  });
});
