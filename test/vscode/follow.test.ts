import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { followedLines, followedMark } from '../../src/following/followedText.ts';
import { type Followed, isAtWork, readFollowed } from '../../src/localServer/followed/records.ts';
import type { FollowStatus } from '../../src/wire/followFiles.ts';
import { eventually } from '../support/eventually.ts';
import { type Fields, predictionsPath, request } from '../support/serverClient.ts';
import { freshFolder, pythonJson, write } from '../support/trainerFiles.ts';

const home = process.env['TRAINING_PREDICTIONS_HOME'] ?? '';

interface ServerFile {
  url: string;
  apiKey: string;
}

const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
const run = (command: string, ...args: unknown[]) =>
  vscode.commands.executeCommand(`trainingPredictions.${command}`, ...args);
const verlLine = (output: string, fields: Fields = {}) =>
  `${pythonJson({ input: 'q', output, gts: 'a', score: 1, ...fields })}\n`;

describe('what is told of a run that is followed', () => {
  const now = Date.now();
  const told = { pid: 1, began: now - 3_600_000, path: '/w/run', rows: 120, refused: 0, refusals: [] };
  const followed = (status: Partial<FollowStatus>, isWanted = true): Followed => ({
    key: 'k',
    record: isWanted ? { path: '/w/run' } : undefined,
    status: { ...told, state: 'following', ...status },
  });

  it('is since when nothing came, where that is long ago', () => {
    assert.equal(followedMark(followed({ grew: now - 1000 }), now), 'following');
    const silent = followedMark(followed({ grew: now - 1_800_000 }), now) ?? '';
    assert.match(silent, /^following, nothing new since .*\d/);
    assert.equal(followedMark(followed({ state: 'failed', problem: 'p' }), now), 'following failed');
    assert.equal(followedMark(followed({}, false), now), null);
  });

  it('is the file, when it grew, and which rows were refused and why', () => {
    const refusals = [
      { file: '2.jsonl', line: 7, why: '"output" is missing' },
      { file: 'a\u202eb.jsonl', line: null, why: 'this Parquet file is damaged' },
    ];
    const lines = followedLines(followed({ file: '2.jsonl', grew: now, refused: 12, refusals }));
    assert.match(lines[0] ?? '', /^Following 2\.jsonl: last grew .*, 120 rows since /);
    assert.deepEqual(lines.slice(1), [
      '12 rows were refused, last:',
      '  2.jsonl, line 7: "output" is missing',
      '  a⟨U+202E⟩b.jsonl: this Parquet file is damaged',
    ]);
  });
});

describe('following training output in VS Code', function () {
  this.timeout(60_000);
  let folder = '';

  beforeEach(() => {
    folder = freshFolder();
  });
  afterEach(async () => {
    for (const { status, record } of followed().values()) {
      if (record !== undefined && status?.job_id !== undefined) await run('stopFollowing', status.job_id);
    }
    await eventually('no follower is left', () => ([...followed().values()].some(works) ? undefined : true));
    await run('stopLocalServer');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(folder, { recursive: true, force: true });
  });

  const followed = () => readFollowed(home);
  const works = ({ status }: Followed) => status !== undefined && isAtWork(status);
  const at = (place: string) => [...followed().values()].find(({ record }) => record?.path === place);
  const server = async () => JSON.parse(await readFile(path.join(home, 'server.json'), 'utf8')) as ServerFile;

  async function answers(jobId: string, count: number): Promise<unknown[]> {
    return eventually(
      `${count} predictions of ${jobId}`,
      async () => {
        const { json } = await request(await server(), predictionsPath(jobId, '?limit=100'));
        const rows = (json['predictions'] ?? []) as Fields[];
        return rows.length >= count ? rows.map(({ prediction }) => prediction) : undefined;
      },
      20_000,
    );
  }

  it('starts the server, follows a folder as the explorer names it, opens its panel, and goes on while it grows', async () => {
    const place = path.join(folder, 'my-run');
    write(path.join(place, '1.jsonl'), verlLine('a1') + verlLine('a2'));
    await run('followOutput', vscode.Uri.file(place));
    const status = at(place)?.status;
    assert.equal(status?.state, 'following');
    const jobId = String(status?.job_id);
    await eventually('the panel opened', () => (tabs().includes('Predictions: my-run') ? true : undefined));
    write(path.join(place, '2.jsonl'), verlLine('b', { step: 2 }));
    assert.deepEqual((await answers(jobId, 3)).toSorted(), ['a1', 'a2', 'b']);
    await run('stopFollowing', jobId);
    assert.equal(at(place), undefined);
    await eventually('the follower ended', () => ([...followed().values()].some(works) ? undefined : true));
  });

  it('follows again what it followed last when the server is started again', async () => {
    const place = path.join(folder, 'again');
    write(path.join(place, '1.jsonl'), verlLine('a'));
    await run('followOutput', { path: place });
    const before = at(place)?.status;
    await answers(String(before?.job_id), 1);
    await run('stopLocalServer');
    await eventually('the follower ended with the server', () =>
      at(place)?.status?.state === 'stopped' ? true : undefined,
    );
    write(path.join(place, '2.jsonl'), verlLine('b', { step: 2 }));
    await run('startLocalServer');
    await answers(String(before?.job_id), 2);
    assert.notEqual(at(place)?.status?.pid, before?.pid);
  });

  it('starts a follower again that was killed', async () => {
    const place = path.join(folder, 'killed');
    write(path.join(place, '1.jsonl'), verlLine('a'));
    await run('followOutput', { path: place });
    const before = at(place)?.status;
    process.kill(before?.pid ?? 0, 'SIGKILL');
    write(path.join(place, '2.jsonl'), verlLine('b', { step: 2 }));
    assert.equal((await answers(String(before?.job_id), 2)).length, 2);
  });

  it('waits for a run in a folder that has none yet', async () => {
    const place = path.join(folder, 'empty');
    await vscode.workspace.fs.createDirectory(vscode.Uri.file(place));
    await run('followOutput', vscode.Uri.file(place));
    assert.equal(at(place)?.status?.state, 'waiting');
    write(path.join(place, '1.jsonl'), verlLine('a'));
    const jobId = await eventually('a run is there', () => at(place)?.status?.job_id);
    assert.deepEqual(await answers(jobId, 1), ['a']);
  });

  it('follows a file of a run as the run', async () => {
    const place = path.join(folder, 'by-file');
    for (const step of [1, 2]) write(path.join(place, `${step}.jsonl`), verlLine(`a${step}`, { step }));
    await run('followOutput', vscode.Uri.file(path.join(place, '1.jsonl')));
    assert.equal((await answers(String(at(place)?.status?.job_id), 2)).length, 2);
  });
});
