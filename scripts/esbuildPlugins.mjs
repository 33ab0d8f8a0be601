// What keeps the extension quick to load: VS Code waits for it when a window opens.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { transform } from 'esbuild';

/**
 * VS Code's API as it comes, asked for once. For `import * as vscode` esbuild copies all of its hundreds of names, again
 * in each file that has it: that took as long as the rest of loading the extension.
 *
 * @type {import('esbuild').Plugin}
 */
export const vscodeAsItComes = {
  name: 'vscode as it comes',
  setup(build) {
    build.onLoad({ filter: /\.ts$/, namespace: 'file' }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace("import * as vscode from 'vscode';", "const vscode = require('vscode');");
      return contents === text ? undefined : { contents, loader: 'ts' };
    });
    replace(build, 'vscode', "module.exports = require('vscode');");
  },
};

/**
 * A function of a module that is bundled to a file of its own.
 *
 * @param {string} module by the name of its file
 * @param {string} called what is used of it
 * @returns {import('esbuild').Plugin}
 */
export const loadedAtFirstCall = (module, called) => ({
  name: `${module} is loaded at the first call`,
  setup: (build) =>
    replace(
      build,
      `./${module}.ts`,
      `export const ${called} = (...given) => require('./${module}.cjs').${called}(...given);`,
    ),
});

/**
 * What is imported by `import()` becomes a file of its own, `NAME-….cjs` after the entry's name, and is loaded when that
 * is reached; what several files need is there once. The bundler splits ES modules alone, so each file is made CommonJS,
 * which VS Code loads, once it is written.
 *
 * @type {import('esbuild').Plugin}
 */
export const inParts = {
  name: 'in parts',
  setup(build) {
    const options = build.initialOptions;
    const [entry] = Object.keys(options.entryPoints ?? {});
    const { outdir = '.', minify = false } = options;
    const sourcemap = options.sourcemap ? 'inline' : false;
    /** @type {import('esbuild').TransformOptions} */
    const part = { format: 'cjs', target: 'node22', sourcemap };
    Object.assign(options, {
      format: 'esm',
      splitting: true,
      write: false,
      chunkNames: `${entry}-[name]-[hash]`,
      sourcemap,
    });
    build.onEnd(async ({ errors, outputFiles = [] }) => {
      if (errors.length > 0) return;
      await mkdir(outdir, { recursive: true });
      const earlier = (await readdir(outdir)).filter((file) => file.startsWith(`${entry}-`) && file.endsWith('.cjs'));
      const files = await Promise.all(
        outputFiles.map(async ({ path, text }) => {
          const { code } = await transform(text, {
            ...part,
            supported: { 'dynamic-import': false },
            sourcefile: basename(path),
          });
          const small = minify ? await transform(forEachOther(code), { ...part, minify, treeShaking: true }) : { code };
          await writeFile(path, small.code);
          return basename(path);
        }),
      );
      for (const file of earlier.filter((name) => !files.includes(name))) await rm(join(outdir, file));
    });
  },
};

/**
 * A part without what makes a module of it that anybody may load, which was a tenth of most of them: they are loaded by
 * each other and by VS Code alone, which ask for names.
 *
 * @param {string} code as esbuild writes it
 * @returns {string}
 */
function forEachOther(code) {
  return code
    .replace(
      /^var (\w+) = \{\};\n__export\(\1, \{\n([\s\S]*?)\n\}\);\nmodule\.exports = __toCommonJS\(\1\);$/m,
      (_, __, names) => {
        const getters = names.replaceAll(/^ {2}(\w+): \(\) => (.+?),?$/gm, '  get $1() { return $2; },');
        return `module.exports = {\n${getters}\n};`;
      },
    )
    .replaceAll(/__toESM\((require\("\.\/[^"]+"\))\)/g, '$1');
}

/**
 * The compiler of schemas without its formats (`date-time`, `uri`, host names of all scripts), which no schema here
 * names and which are an eighth of it. One that did would fail when it is compiled, not pass unchecked.
 *
 * @type {import('esbuild').Plugin}
 */
export const withoutFormats = {
  name: 'without formats',
  setup: (build) =>
    replace(
      build,
      '../../format/index.mjs',
      "const none = () => { throw new Error('no format is known here'); }; export const Format = { Has: none, Test: none };",
    ),
};

/**
 * @param {import('esbuild').PluginBuild} build
 * @param {string} name of what is imported
 * @param {string} contents which takes its place, and what that requires is left as it is
 */
function replace(build, name, contents) {
  const place = { path: name, namespace: `instead of ${name}` };
  build.onResolve({ filter: /./ }, ({ path, namespace }) => {
    if (namespace === place.namespace) return { external: true };
    return path === name ? place : undefined;
  });
  build.onLoad({ filter: /./, namespace: place.namespace }, () => ({ contents }));
}
