import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freshFolder } from '../support/follow.ts';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

describe('npm run server', function () {
  this.timeout(60_000);
  let folder = '';

  before(() => {
    folder = freshFolder();
    for (const name of ['src', 'scripts', 'esbuild.mjs', 'package.json', 'package-lock.json']) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const version = async () =>
    (await run(process.execPath, ['scripts/server.mjs', '--version'], { cwd: folder })).stdout;
  const built = () => {
    const builds = join(folder, 'build/server');
    return readdirSync(builds, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => `${file} ${statSync(file).mtimeMs}`)
      .sort();
  };

  it('builds what is not up to date, and changes no file that a running server may load', async () => {
    assert.match(await version(), /^\d+\.\d+\.\d+\n$/);
    const first = built();
    assert.ok(first.some((file) => file.includes('/follow.cjs ')));
    await version();
    assert.deepEqual(built(), first);
    appendFileSync(join(folder, 'src/follow/exit.ts'), '// Another source.\n');
    await version();
    assert.equal(built().length, 2 * first.length);
    assert.deepEqual(
      built().filter((file) => first.includes(file)),
      first,
    );
  });
});
