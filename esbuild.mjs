// Bundles everything that ships into dist/, or into `--outdir=DIR`; with `--only=server` what belongs to that entry.
// `--watch` rebuilds on change; `--production` writes the licences of what is in the bundles beside them.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { context } from 'esbuild';
import { inParts, loadedAtFirstCall, vscodeAsItComes, withoutFormats } from './scripts/esbuildPlugins.mjs';
import { bundledPackages, thirdPartyNotices } from './scripts/thirdPartyNotices.mjs';

const production = process.argv.includes('--production');
/** @param {string} name */
const given = (name) => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(`--${name}=`.length);
const outdir = given('outdir') ?? 'dist';
const only = given('only');

/** @type {import('esbuild').BuildOptions} */
const shared = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  outdir,
  // They are in the notices.
  legalComments: 'none',
  metafile: true,
};

/** @type {import('esbuild').BuildOptions} */
const node = { ...shared, platform: 'node', format: 'cjs', target: 'node22', outExtension: { '.js': '.cjs' } };

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  {
    ...node,
    entryPoints: { extension: 'src/extension.ts' },
    plugins: [vscodeAsItComes, loadedAtFirstCall('schemaCompiler', 'Compile'), inParts],
  },
  {
    ...node,
    entryPoints: {
      differenceWorker: 'src/panel/differences/differenceWorker.ts',
      renderWorker: 'src/panel/rendered/renderWorker.ts',
      importWorker: 'src/import/importWorker.ts',
      schemaCompiler: 'src/wire/schemaCompiler.ts',
    },
    plugins: [loadedAtFirstCall('schemaCompiler', 'Compile'), withoutFormats],
  },
  {
    ...node,
    entryPoints: {
      server: 'src/server/main.ts',
      scoreWorker: 'src/server/scoring/scoreWorker.ts',
      replay: 'src/sample/replay.ts',
      follow: 'src/follow/main.ts',
    },
    // CommonJS knows these under other names.
    define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  },
  {
    ...shared,
    platform: 'browser',
    format: 'iife',
    target: 'chrome138',
    entryPoints: { webview: 'webview/main.ts' },
  },
];

/** @type {import('esbuild').Metafile} */
const metafile = { inputs: {}, outputs: {} };
for (const options of bundles.filter(({ entryPoints }) => only === undefined || only in (entryPoints ?? {}))) {
  const build = await context(options);
  if (process.argv.includes('--watch')) {
    await build.watch();
  } else {
    Object.assign(metafile.outputs, (await build.rebuild()).metafile?.outputs);
    await build.dispose();
  }
}
if (production) {
  writeFileSync(path.join(outdir, 'metafile.json'), JSON.stringify(metafile));
  writeFileSync(path.join(outdir, 'ThirdPartyNotices.txt'), thirdPartyNotices(bundledPackages(metafile)));
}
