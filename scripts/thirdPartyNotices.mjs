// The licences of the packages whose code is in the bundles, which have to go along with it.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Licences that ask for no more than their text and the notices of the authors. */
const allowed = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT'];

const licenceFile = /^(licen[cs]e|copying)([-._].*)?$/i;
const noticeFile = /^notices?([-._].*)?$/i;
/** The section of a readme that is a licence. */
const licenceSection = /^#+ *licen[cs]e *$\s*(.*?Permission is hereby granted.*?)(?=^#|(?![\s\S]))/ims;

/** Whose copyright it is, of packages that are under the MIT licence, as they say, and bring no text of it along. */
const withoutText = new Map([
  ...['fast-element', 'fast-foundation', 'fast-web-utilities'].map(
    (name) =>
      /** @type {const} */ ([`@microsoft/${name}`, 'Copyright (c) Microsoft Corporation. All rights reserved.']),
  ),
  ['abstract-logging', 'Copyright (c) James Sumners'],
]);

/** @param {string} copyright */
const mit = (copyright) => `MIT License

${copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

/**
 * The folders of the packages of which something is in a bundle. What a bundler read and left out again is not.
 *
 * @param {Pick<import('esbuild').Metafile, 'outputs'>} metafile
 * @returns {string[]} in the order of their names
 */
export function bundledPackages({ outputs }) {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const folders = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/**
 * What each package says of itself, and its licence to the letter.
 *
 * @param {readonly string[]} folders of packages
 * @returns {string}
 * @throws where a package has no licence that may be handed on, or no text of it
 */
export function thirdPartyNotices(folders) {
  const sections = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const what = `${name} ${version} (${license})`;
    if (!allowed.includes(license))
      throw new Error(`${what} is bundled: its licence is none of ${allowed.join(', ')}.`);
    const files = readdirSync(folder).sort();
    /** @param {RegExp} names */
    const read = (names) =>
      files.filter((file) => names.test(file)).map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
    let texts = read(licenceFile);
    if (texts.length === 0)
      texts = read(/^readme(\..*)?$/i).map((text) => licenceSection.exec(text)?.[1]?.trim() ?? '');
    const copyright = withoutText.get(name);
    if (texts.join('') === '' && license === 'MIT' && copyright !== undefined) texts = [mit(copyright)];
    if (texts.join('') === '') throw new Error(`${what} is bundled: it brings no text of its licence along.`);
    texts.push(...read(noticeFile));
    return `${'='.repeat(80)}\n${what}\n${'='.repeat(80)}\n\n${texts.join('\n\n')}\n`;
  });
  return ['Training Predictions holds code of these packages, under their own licences.\n', ...sections].join('\n');
}
