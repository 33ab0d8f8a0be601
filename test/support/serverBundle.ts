/**
 * The server and what ships beside it, bundled as the package has them: run as TypeScript a server takes a second to
 * start, of which tests start hundreds.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** In the environment of tests: the folder of the bundle that was made for their run. */
export const serverBundleVariable = 'SERVER_BUNDLE';

const root = path.join(import.meta.dirname, '../..');

/** Makes it from the source as it is now, so that no stale one is tested. @returns its folder, to be removed */
export function bundleServer(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'server-bundle-'));
  const { status } = spawnSync(process.execPath, ['esbuild.mjs', '--only=server', `--outdir=${folder}`], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('The server could not be bundled');
  return folder;
}

/** The folder of the bundle of this run; one of this process, where it is no part of another. */
export function serverBundle(): string {
  const given = process.env[serverBundleVariable];
  if (given !== undefined) return given;
  const folder = bundleServer();
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
