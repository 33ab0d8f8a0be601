import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readmeWithSettings } from '../../scripts/settingsTable.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe('the documents', () => {
  it("the README's table of settings is that of package.json (else: npm run settings-table)", async () => {
    const { is, shouldBe } = await readmeWithSettings();
    assert.equal(is, shouldBe);
  });

  for (const document of ['README.md', 'CONTRIBUTING.md', 'RELEASE.md', 'CHANGELOG.md', 'src/stream/README.md']) {
    it(`${document} links to nothing, and names no path, that is not there`, () => {
      const text = readFileSync(path.join(root, document), 'utf8');
      const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '');
      const missing = links.filter((link) => !existsSync(path.join(root, path.dirname(document), link)));
      // Paths from the root folder, written as code: `src/watch/trends.ts`.
      const named = [...text.matchAll(/`((?:src|webview|test|scripts|examples|media|bench)\/[\w./-]*)`/g)];
      const paths = named.map(([, name]) => name ?? '').filter((name) => !existsSync(path.join(root, name)));
      assert.deepEqual([...missing, ...paths], []);
    });
  }
});
