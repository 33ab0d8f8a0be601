import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { root } from './install.ts';

/** In the environment of tests, where the package was made for their run. */
export const packageVariable = 'EXTENSION_IS_PACKAGED';

/** Where the `.vsix` of this version is once it is made: in the project's root folder. */
export async function packageFile(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const { name, version } = manifest as { name: string; version: string };
  return path.join(root, `${name}-${version}.vsix`);
}

/**
 * Bundles for production (through `vscode:prepublish`) and makes the `.vsix`.
 * @returns its path
 */
export async function packageExtension(): Promise<string> {
  const file = await packageFile();
  // Everything is bundled, so no node_modules go in. The README's pictures are in the package: its links stay as they
  // are, and no repository is needed to find them.
  await createVSIX({
    cwd: root,
    packagePath: file,
    dependencies: false,
    rewriteRelativeLinks: false,
    allowMissingRepository: true,
  });
  return file;
}
