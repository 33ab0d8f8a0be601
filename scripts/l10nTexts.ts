import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Every text that the extension hands to `vscode.l10n.t`, sorted: what a translator has to translate. */
export function textsToTranslate(root: string): string[] {
  const texts = globSync('src/**/*.ts', { cwd: root }).flatMap((file) => {
    const source = readFileSync(path.join(root, file), 'utf8');
    return [...source.matchAll(/\bl10n\.t\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/g)].map(
      ([, single, double]) => (single ?? double ?? '').replaceAll(/\\(.)/g, '$1'),
    );
  });
  return [...new Set(texts)].sort();
}

/** The bundle that translations are copied from: each text stands for itself. */
export function bundleOf(texts: readonly string[]): string {
  return `${JSON.stringify(Object.fromEntries(texts.map((text) => [text, text])), null, 2)}\n`;
}
