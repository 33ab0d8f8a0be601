import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * The rooms of the extension from top to bottom. A file imports from its own room or from a lower row: those below the
 * settings are told what they need.
 */
const rows = [
  ['extension'],
  ['commands'],
  ['import'],
  ['panel', 'views', 'notices', 'assistant'],
  ['following'],
  ['servers', 'sample', 'follow'],
  ['localServer'],
  ['config', 'credentials'],
  ['watch'],
  ['store', 'tables'],
  ['stream'],
  ['api'],
  ['log'],
  ['redact', 'plainText', 'csv'],
  ['model', 'serverProof'],
  ['wire', 'ownFiles'],
];

/** The same of the server: what stands at its door makes and wires the rest, and the storage knows no engine. */
const serverRows = [
  ['door'],
  ['routes'],
  ['requests'],
  ['streams', 'upkeep'],
  ['storage/sqlite', 'storage/postgres'],
  ['access'],
  ['storage'],
  ['scoring'],
  ['reporting'],
];

/** More files than this directly in a room, and it wants rooms of its own. */
const mostFiles = 20;

interface Import {
  from: string;
  /** A path inside the project, or a package's name. */
  to: string;
}

const imports = globSync(['src/**/*.ts', 'webview/**/*.ts'], { cwd: root }).flatMap(importsOf);

/** Static and dynamic, of values and of types, paths relative to the root. */
function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
  return specifiers.map((specifier) => ({
    from: file,
    to: specifier.startsWith('.') ? path.join(path.dirname(file), specifier) : specifier,
  }));
}

const inside = (folder: string) => (file: string) => file.startsWith(`${folder}/`);
const isOurs = (file: string) => inside('src')(file) || inside('webview')(file);
const shown = ({ from, to }: Import) => `${from} imports ${to}`;

/** `src/panel/protocol.ts` is in the room `panel`, `src/commands/commands.ts` in `commands`. */
const roomOf = (file: string) => path.basename(file.split('/')[1] ?? '', '.ts');
const rowOf = (file: string) => rows.findIndex((row) => row.includes(roomOf(file)));
/** `src/server/storage/sqlite/keys.ts` is in `storage/sqlite`, `src/server/cli.ts` at the door. */
const serverRoomOf = (file: string) => path.relative('src/server', path.dirname(file)) || 'door';
const serverRowOf = (file: string) => serverRows.findIndex((row) => row.includes(serverRoomOf(file)));

describe('the structure of the source', () => {
  it('is read at all', () => {
    assert.ok(imports.some(({ to }) => to === 'src/wire/schema.ts'));
  });

  it('has imports that point one way, from the extension down to the wire', () => {
    const rooms = imports.filter(
      ({ from, to }) => inside('src')(from) && inside('src')(to) && !inside('src/server')(from),
    );
    const upward = rooms.filter(({ from, to }) => roomOf(from) !== roomOf(to) && rowOf(from) >= rowOf(to));
    assert.deepEqual(upward.map(shown), []);
  });

  it('has a place for every room', () => {
    const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => !inside('src/server')(file));
    assert.deepEqual(
      files.filter((file) => rowOf(file) === -1),
      [],
    );
  });

  it('has no files that import each other, not even in a circle', () => {
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, trail: string[]) => {
      if (trail.includes(file)) circles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
      if (trail.includes(file) || done.has(file)) return;
      for (const { to } of imports.filter(({ from }) => from === file)) visit(to, [...trail, file]);
      done.add(file);
    };
    for (const { from } of imports) visit(from, []);
    assert.deepEqual(circles, []);
  });

  it('has a server whose rooms know those below them alone', () => {
    const files = globSync('src/server/**/*.ts', { cwd: root });
    assert.deepEqual(
      files.filter((file) => serverRowOf(file) === -1),
      [],
    );
    const upward = imports
      .filter(({ from, to }) => inside('src/server')(from) && inside('src/server')(to))
      .filter(({ from, to }) => serverRoomOf(from) !== serverRoomOf(to) && serverRowOf(from) >= serverRowOf(to));
    assert.deepEqual(upward.map(shown), []);
  });

  it('has no room with more files directly in it than one looks through', () => {
    const files = globSync(['src/**/*', 'webview/**/*'], { cwd: root, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const counts = new Map<string, number>();
    for (const { parentPath } of files) counts.set(parentPath, (counts.get(parentPath) ?? 0) + 1);
    assert.ok(counts.size > 15, `${counts.size} rooms`);
    assert.deepEqual(
      [...counts].filter(([, count]) => count > mostFiles),
      [],
    );
  });

  it('keeps vscode out of the server, and everything but the wire, the model and whose files are safe', () => {
    const isShared = (file: string) =>
      inside('src/wire')(file) || inside('src/model')(file) || ['src/ownFiles.ts', 'src/serverProof.ts'].includes(file);
    const strays = imports
      .filter(({ from }) => inside('src/server')(from))
      .filter(({ to }) => to === 'vscode' || (isOurs(to) && !inside('src/server')(to) && !isShared(to)));
    assert.deepEqual(strays.map(shown), []);
  });

  it('keeps the server out of the extension', () => {
    const strays = imports.filter(({ from, to }) => !inside('src/server')(from) && inside('src/server')(to));
    assert.deepEqual(strays.map(shown), []);
  });

  it('has a follower that works without VS Code, in all that it is made of', () => {
    const reached = new Set<string>();
    const visit = (file: string) => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { to } of imports.filter(({ from }) => from === file)) visit(to);
    };
    visit('src/follow/main.ts');
    assert.ok(reached.has('src/tables/mapRow.ts'));
    assert.ok(!reached.has('vscode'));
  });

  it('has a wire that needs nothing of ours, of VS Code or of Node', () => {
    const strays = imports
      .filter(({ from }) => inside('src/wire')(from))
      .filter(({ to }) => to === 'vscode' || to.startsWith('node:') || (isOurs(to) && !inside('src/wire')(to)));
    assert.deepEqual(strays.map(shown), []);
  });

  it('shows the names of jobs by one function alone, which hides nothing in them', () => {
    const readers = globSync(['src/**/*.ts', 'webview/**/*.ts'], { cwd: root })
      .filter((file) => !inside('src/server')(file) && !inside('src/wire')(file))
      .filter((file) => /\bjob\??\.model_name/.test(readFileSync(path.join(root, file), 'utf8')));
    // An answer to an assistant is data; the picker only looks whether there is a name, and what it holds.
    const known = ['src/assistant/answers.ts', 'src/views/jobPicker.ts', 'src/watch/jobTitle.ts'];
    assert.deepEqual(readers.sort(), known);
  });

  it('has a model that needs the wire alone, and nothing of VS Code or of Node', () => {
    const strays = imports
      .filter(({ from }) => inside('src/model')(from))
      .filter(
        ({ to }) =>
          to === 'vscode' ||
          to.startsWith('node:') ||
          (isOurs(to) && !inside('src/model')(to) && !inside('src/wire')(to)),
      );
    assert.deepEqual(strays.map(shown), []);
  });

  it('lets the webview know the wire, the model, its protocol and how texts are written, and nothing else of the host', () => {
    const shared = ['src/panel/protocol.ts', 'src/panel/initialView.ts', 'src/plainText.ts', 'src/csv.ts'];
    const known = (file: string) =>
      ['webview', 'src/wire', 'src/model', 'src/panel/protocol'].some((room) => inside(room)(file)) ||
      shared.includes(file);
    const strays = imports
      .filter(({ from }) => inside('webview')(from))
      .filter(({ to }) => to === 'vscode' || to.startsWith('node:') || (isOurs(to) && !known(to)));
    assert.deepEqual(strays.map(shown), []);
  });
});

describe('the lock file', () => {
  it('names no host that packages are downloaded from', () => {
    const lines = readFileSync(path.join(root, 'package-lock.json'), 'utf8').split('\n');
    assert.deepEqual(
      lines.filter((line) => /"resolved":\s*"http/.test(line)),
      [],
    );
  });
});
