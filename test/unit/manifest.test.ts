import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleOf, textsToTranslate } from '../../scripts/l10nTexts.ts';

const root = path.resolve(import.meta.dirname, '../..');
const readJson = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

interface Step {
  id: string;
  media: { image?: Record<string, string>; markdown?: string };
  description: string;
  completionEvents: string[];
}

/** What is shown, and the English text that the palette finds it by beside that. */
interface LocalizedText {
  value: string;
  original: string;
}

interface Manifest {
  contributes: {
    commands: { command: string; title: LocalizedText; category: LocalizedText }[];
    configuration: { title: string; properties: Record<string, { type: string; description?: string }> }[];
    walkthroughs: { steps: Step[] }[];
    viewsWelcome: { contents: string }[];
    menus: Record<string, { command: string }[]>;
    keybindings: { command: string }[];
    languageModelTools?: { name: string }[];
  };
}

const manifest = readJson('package.json') as Manifest;
const { contributes } = manifest;
const texts = readJson('package.nls.json') as Record<string, string>;
const commands = contributes.commands.map(({ command }) => command);
const settings = contributes.configuration.flatMap(({ properties }) => Object.entries(properties));

/** Every string in the manifest, however deep. */
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsOf);
}

const keysUsed = stringsOf(manifest).flatMap((text) => /^%(.+)%$/.exec(text)?.[1] ?? []);
const isKey = (text: string | undefined) => text !== undefined && /^%.+%$/.test(text);

describe('the manifest', () => {
  it('has a text for every key that it uses, and no text that nobody uses', () => {
    assert.ok(keysUsed.length > 0);
    assert.deepEqual(
      keysUsed.filter((key) => !Object.hasOwn(texts, key)),
      [],
    );
    assert.deepEqual(
      Object.keys(texts).filter((key) => !keysUsed.includes(key)),
      [],
    );
  });

  it('leaves every text that people read to the translators', () => {
    const raw = [
      ...contributes.commands.flatMap(({ title, category }) => [title.value, category.value]),
      ...contributes.configuration.map(({ title }) => title),
      ...settings.map(([, { description }]) => description),
      ...contributes.viewsWelcome.map(({ contents }) => contents),
    ].filter((text) => !isKey(text));
    assert.deepEqual(raw, []);
  });

  it('has every command found by the name of the extension too, and by its English title', () => {
    for (const { command, title, category } of contributes.commands) {
      assert.equal(title.original, texts[title.value.slice(1, -1)], command);
      assert.equal(category.original, texts['displayName'], command);
    }
  });

  it('puts into menus and on keys only commands that there are', () => {
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(({ command }) => command);
    assert.deepEqual(
      used.filter((command) => !commands.includes(command)),
      [],
    );
  });

  it('links from its texts only to commands that there are', () => {
    const linked = Object.values(texts).flatMap((text) =>
      [...text.matchAll(/command:([\w.]+)/g)].map(([, command = '']) => command),
    );
    assert.ok(linked.includes('trainingPredictions.openSampleRun'));
    assert.deepEqual(
      linked.filter((command) => !commands.includes(command) && !command.startsWith('workbench.')),
      [],
    );
  });

  it('ticks off a step of the walkthrough for what came of it, not for a command that may have failed', () => {
    const events = contributes.walkthroughs.flatMap(({ steps }) => steps.flatMap((step) => step.completionEvents));
    assert.deepEqual(
      events.filter((event) => !event.startsWith('onContext:')),
      [],
    );
  });

  it('has a walkthrough of at most five steps, with a picture that is there for each', () => {
    assert.equal(contributes.walkthroughs.length, 1);
    const steps = contributes.walkthroughs[0]?.steps ?? [];
    assert.ok(steps.length > 0 && steps.length <= 5);
    for (const { id, media, completionEvents } of steps) {
      const files = [...Object.values(media.image ?? {}), ...(media.markdown === undefined ? [] : [media.markdown])];
      assert.ok(files.length > 0, `${id} shows nothing`);
      for (const file of files) assert.ok(existsSync(path.join(root, file)), `${file} is missing`);
      assert.ok(completionEvents.length > 0, `${id} never ends`);
      for (const event of completionEvents) {
        const command = /^onCommand:(.*)$/.exec(event)?.[1];
        assert.ok(command === undefined || commands.includes(command), event);
      }
    }
  });

  it('offers every setting that the extension reads, and no other', () => {
    const source = globSync('src/**/*.ts', { cwd: root })
      .map((file) => readFileSync(path.join(root, file), 'utf8'))
      .join('\n');
    const unread = settings
      .map(([name]) => name.replace('trainingPredictions.', ''))
      .filter((name) => !source.includes(`'${name}'`));
    assert.deepEqual(unread, []);
  });
});

describe('the texts of the source', () => {
  it('are those that translators get (`npm run l10n` writes them)', () => {
    assert.equal(readFileSync(path.join(root, 'l10n/bundle.l10n.json'), 'utf8'), bundleOf(textsToTranslate(root)));
  });
});
