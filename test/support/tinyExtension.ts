import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';

/**
 * Packs an extension of one script, for what only another extension can do.
 *
 * @param folder where it is made; must not exist
 * @returns its `.vsix`
 */
export async function packTinyExtension(
  folder: string,
  manifest: { name: string; displayName?: string; activationEvents?: string[]; contributes?: object },
  program: string,
): Promise<string> {
  await mkdir(folder);
  const common = { publisher: 'test', version: '1.0.0', engines: { vscode: '^1.104.0' }, main: './main.js' };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ ...common, ...manifest }));
  await writeFile(path.join(folder, 'main.js'), program);
  const packagePath = path.join(folder, `${manifest.name}.vsix`);
  await createVSIX({ cwd: folder, packagePath, dependencies: false, allowMissingRepository: true, skipLicense: true });
  return packagePath;
}
