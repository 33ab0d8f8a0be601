/** What esbuild says of its bundles: of which sources each file is made, and which it loads. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Bundles {
  /** By path from the root. */
  outputs: Record<
    string,
    { inputs: Record<string, { bytesInOutput: number }>; imports: { path: string; kind: string; external?: boolean }[] }
  >;
}

/** Of the last package that was made. */
export function readBundles(root: string): Bundles {
  return JSON.parse(readFileSync(path.join(root, 'dist/metafile.json'), 'utf8')) as Bundles;
}

/** The files that are loaded together with one: it, and all that is not loaded by `import()` alone. */
export function loadedWith({ outputs }: Bundles, entry: string): string[] {
  const loaded = new Set<string>();
  const visit = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { path: imported, kind, external } of outputs[file]?.imports ?? []) {
      if (kind !== 'dynamic-import' && external !== true) visit(imported);
    }
  };
  visit(entry);
  return [...loaded];
}

/** The sources that are in some of the files, packages by their names. */
export function sourcesIn({ outputs }: Bundles, files: readonly string[]): Set<string> {
  const sources = new Set<string>();
  for (const file of files) {
    for (const [source, { bytesInOutput }] of Object.entries(outputs[file]?.inputs ?? {})) {
      if (bytesInOutput > 0) sources.add(/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? source);
    }
  }
  return sources;
}
