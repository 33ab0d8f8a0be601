// `npm run settings-table`: writes the README's table of settings from package.json, where VS Code has them from.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const readme = path.join(root, 'README.md');
const [start, end] = ['<!-- settings: made by `npm run settings-table` -->\n', '<!-- end of settings -->'];

interface Manifest {
  contributes: { configuration: { title: string; properties: Record<string, Setting> }[] };
}

interface Setting {
  default: unknown;
  description: string;
  minimum?: number;
  maximum?: number;
}

/** The README as it is, and as it has to be. */
export async function readmeWithSettings(): Promise<{ is: string; shouldBe: string }> {
  const is = await readFile(readme, 'utf8');
  const [before, rest] = splitAt(is, start);
  const [, after] = splitAt(rest, end);
  const manifest: unknown = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const strings: unknown = JSON.parse(await readFile(path.join(root, 'package.nls.json'), 'utf8'));
  const table = settingsTable(manifest as Manifest, strings as Record<string, string>);
  return { is, shouldBe: `${before}${start}${table}${end}${after}` };
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`README.md has no line ${mark.trim()}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function settingsTable({ contributes }: Manifest, strings: Record<string, string>): string {
  const inEnglish = (text: string) => strings[text.replaceAll('%', '')] ?? text;
  const rows = contributes.configuration.flatMap(({ title, properties }) => [
    `| **${inEnglish(title)}** | | |`,
    ...Object.entries(properties).map(([id, setting]) => {
      const { minimum, maximum } = setting;
      const range = minimum === undefined || maximum === undefined ? '' : ` ${minimum} to ${maximum}.`;
      const otherwise = Array.isArray(setting.default) ? JSON.stringify(setting.default) : String(setting.default);
      return `| \`${id}\` | \`${otherwise}\` | ${inEnglish(setting.description)}${range} |`;
    }),
  ]);
  return `${['| Setting | Default | |', '| --- | --- | --- |', ...rows].join('\n')}\n`;
}

if (import.meta.main) await writeFile(readme, (await readmeWithSettings()).shouldBe);
