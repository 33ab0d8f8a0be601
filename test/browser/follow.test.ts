import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { isAtWork, readFollowed } from '../../src/localServer/followed/records.ts';
import { becomes, eventually } from '../support/eventually.ts';
import { append, pythonJson, write, writeTrlStep, writeVerlStep } from '../support/trainerFiles.ts';
import { lmEvalRow } from '../support/trainerRows.ts';
import { Workbench, type WorkbenchOptions } from '../support/workbench.ts';

const verlLine = (output: string) => ({ input: 'q', output, gts: 'a', score: 1 });
const answer = (completion: string) => ({ prompt: 'p', completion, rewards: { r: 1 }, advantage: 0 });

describe('training output in the workspace, in VS Code', () => {
  let dataDir: string;
  let workspace: string;
  let workbench: Workbench;

  const item = (name: RegExp) => workbench.page.getByRole('treeitem', { name });
  const tree = () => workbench.run('Training Predictions: Focus on Jobs View');
  const home = () => path.join(dataDir, 'home');
  const followed = (place: string) =>
    [...readFollowed(home()).values()].find(({ record }) => record?.path === path.join(workspace, place));
  const prediction = (text: string) =>
    workbench.panel.getByRole('grid', { name: 'Predictions' }).locator('tbody tr[data-id]').filter({ hasText: text });

  /** A menu takes no click for a moment after it is opened, and closes when what it is of is drawn again. */
  async function chooseFromMenu(of: Locator, entry: string): Promise<void> {
    const shown = workbench.page.getByRole('menuitem', { name: entry });
    await eventually(
      `"${entry}" is chosen`,
      async () => {
        await workbench.page.keyboard.press('Escape');
        await of.click({ button: 'right' });
        const isChosen = async () => {
          await shown.click({ timeout: 2000, delay: 100 });
          await shown.waitFor({ state: 'hidden', timeout: 2000 });
          return true;
        };
        return isChosen().catch(() => undefined);
      },
      30_000,
    );
  }

  async function open(options: WorkbenchOptions): Promise<void> {
    dataDir = await realpath(await mkdtemp(path.join(tmpdir(), 'following-')));
    workspace = path.join(dataDir, 'workspace');
    await mkdir(workspace);
    write(path.join(workspace, '.vscode', 'settings.json'), JSON.stringify({ 'search.exclude': { '**/old': true } }));
    writeTrlStep(path.join(workspace, 'outputs', 'grpo'), 10, [answer('of TRL')]);
    writeVerlStep(path.join(workspace, 'verl-run'), 1, [verlLine('of verl')]);
    writeVerlStep(path.join(workspace, 'old', 'verl-run'), 1, [verlLine('of another time')]);
    const machineSettings = { 'trainingPredictions.localServer.port': 0 };
    workbench = await Workbench.open({ dataDir, machineSettings, ...options });
    await workbench.page.goto(workbench.vscode.open({ folder: workspace }));
    await workbench.ready();
  }

  async function close(): Promise<void> {
    await workbench?.close();
    for (const { status } of readFollowed(home()).values()) {
      if (status !== undefined && isAtWork(status)) process.kill(status.pid, 'SIGKILL');
    }
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }

  describe('that is trusted', () => {
    before(() => open({}));
    after(close);

    it('stands in the tree, but for what searches leave out; a run that begins appears', async () => {
      await tree();
      await item(/^In This Workspace/).waitFor();
      await item(/^outputs\/grpo, trl/).waitFor();
      await item(/^verl-run, verl/).waitFor();
      assert.equal(await item(/old/).count(), 0);
      writeVerlStep(path.join(workspace, 'late'), 1, [verlLine('late')]);
      await item(/^late, verl/).waitFor();
      assert.equal(await item(/old/).count(), 0);
      assert.equal(readFollowed(home()).size, 0);
    });

    it('is followed by one click, which opens the panel; the tree and the badge say so', async () => {
      await item(/^outputs\/grpo, trl/).click();
      await workbench.tab('Predictions: grpo').waitFor();
      await prediction('of TRL').waitFor();
      await item(/^grpo, .*following$/).waitFor();
      await item(/^outputs\/grpo, trl/).waitFor({ state: 'hidden' });
      writeTrlStep(path.join(workspace, 'outputs', 'grpo'), 20, [answer('of step 20')]);
      await prediction('of step 20').waitFor();
      const tooltip = workbench.page.locator('.monaco-hover').filter({ hasText: 'completions_00020.parquet' });
      await eventually(
        'the badge tells the file and when it grew',
        async () => {
          await workbench.page.mouse.move(5, 5);
          await workbench.statusBarItem(/^Live/).hover();
          const text = await tooltip.textContent({ timeout: 3000 }).catch(() => null);
          return text?.includes('last grew') ? true : undefined;
        },
        30_000,
      );
    });

    it('is one run of all checkpoints that were evaluated of a model, whose steps it has', async () => {
      const evaluated = (step: number, said: string) =>
        write(
          path.join(workspace, 'results', `__out__checkpoint-${step}`, 'samples_gsm8k_2026-04-01T10-00-00.25.jsonl'),
          `${pythonJson(lmEvalRow(0, 'strict-match', said, 1))}\n`,
        );
      evaluated(50, 'at fifty');
      evaluated(100, 'at a hundred');
      await tree();
      const run = item(/^results\/__out__checkpoint-\*, lm-eval/);
      await run.waitFor();
      assert.equal(await item(/^results/).count(), 1);
      await run.click();
      await workbench.tab('Predictions: out').waitFor();
      await prediction('at fifty').waitFor();
      await prediction('at a hundred').waitFor();
      await run.waitFor({ state: 'hidden' });
      evaluated(150, 'later on');
      await prediction('later on').filter({ hasText: '150' }).waitFor();
      await item(/^out, .*following$/).waitFor();
    });

    it('goes on being followed when the window is reloaded', async () => {
      const before = followed('outputs/grpo')?.status?.pid;
      await workbench.reload();
      writeTrlStep(path.join(workspace, 'outputs', 'grpo'), 30, [answer('after the reload')]);
      await tree();
      await item(/^grpo, .*following$/).waitFor();
      await workbench.choose('Watch Training Predictions', 'grpo');
      await prediction('after the reload').waitFor();
      assert.equal(followed('outputs/grpo')?.status?.pid, before);
    });

    it('is followed from the menu of a folder in the explorer', async () => {
      await workbench.run('Explorer: Focus on Folders View');
      await chooseFromMenu(workbench.page.getByRole('treeitem', { name: 'verl-run' }), 'Follow Training Output…');
      await workbench.tab('Predictions: verl-run').waitFor();
      await prediction('of verl').waitFor();
    });

    it('is followed from the palette; rows that are refused are told with the reason', async () => {
      await workbench.choose('Follow Training Output', 'late');
      await workbench.tab('Predictions: late').waitFor();
      await prediction('late').waitFor();
      append(path.join(workspace, 'late', '1.jsonl'), `${pythonJson({ input: 'q' })}\n`);
      const status = await eventually('a row is refused', () => {
        const told = followed('late')?.status;
        return told?.refused === 1 ? told : undefined;
      });
      assert.deepEqual(status.refusals, [{ file: '1.jsonl', line: 2, why: '"output" is missing' }]);
      const tooltip = workbench.page.locator('.monaco-hover').filter({ hasText: '"output" is missing' });
      await eventually(
        'the badge tells it',
        async () => {
          await workbench.page.mouse.move(5, 5);
          await workbench.statusBarItem(/^Live/).hover();
          const isShown = tooltip.waitFor({ timeout: 3000 }).then(() => true);
          return isShown.catch(() => undefined);
        },
        30_000,
      );
    });

    it('is asked of where the columns of a table say nothing, once for a folder', async () => {
      for (const name of ['one', 'two']) write(path.join(workspace, `${name}.csv`), `frage,antwort\nq,of ${name}\n`);
      const file = (name: string) => workbench.page.getByRole('treeitem', { name: `${name}.csv` });
      await workbench.run('Explorer: Focus on Folders View');
      await chooseFromMenu(file('one'), 'Follow Training Output…');
      await workbench.pick('antwort', 'Follow Training Output');
      await workbench.pick('frage', 'Follow Training Output');
      await workbench.tab('Predictions: one').waitFor();
      await prediction('of one').waitFor();
      await workbench.run('Explorer: Focus on Folders View');
      await chooseFromMenu(file('two'), 'Follow Training Output…');
      await workbench.tab('Predictions: two').waitFor();
      await prediction('of two').waitFor();
    });

    it('says why it cannot be followed any more', async () => {
      const place = path.join(workspace, 'sweep');
      await mkdir(place);
      await workbench.run('Explorer: Focus on Folders View');
      await chooseFromMenu(workbench.page.getByRole('treeitem', { name: 'sweep' }), 'Follow Training Output…');
      await workbench.notification('Nothing in sweep is recognised yet').waitFor();
      await tree();
      await item(/^sweep, waiting for a run/).waitFor();
      const begun = path.join(workspace, 'begun');
      for (const run of ['a', 'b']) writeVerlStep(path.join(begun, run), 1, [verlLine('late')]);
      await rename(begun, path.join(place, 'runs'));
      const notification = workbench.notification('sweep is not followed any more. There are 2 runs at');
      await notification.getByRole('button', { name: 'Stop Following' }).click();
      await item(/^sweep, /).waitFor({ state: 'hidden' });
      await item(/^sweep\/runs\/a, verl/).waitFor();
    });

    it('is followed no more once that is stopped, and can be followed again', async () => {
      const status = followed('outputs/grpo')?.status;
      assert.ok(status !== undefined && isAtWork(status));
      await tree();
      await chooseFromMenu(item(/^grpo, .*following$/), 'Stop Following');
      await item(/^outputs\/grpo, trl/).waitFor();
      await eventually('the follower ended', () => {
        const known = [...readFollowed(home()).values()].find((one) => one.status?.pid === status.pid)?.status;
        return known !== undefined && isAtWork(known) ? undefined : true;
      });
      await becomes(() => item(/^grpo, .*following$/).count(), 0);
    });

    it('ends being followed with the server, and is followed again with it', async () => {
      await workbench.run('Stop Local Server');
      await workbench.page.getByRole('dialog').getByRole('button', { name: 'Stop', exact: true }).click();
      await eventually('no follower is left', () =>
        [...readFollowed(home()).values()].some(({ status }) => status !== undefined && isAtWork(status))
          ? undefined
          : true,
      );
      writeVerlStep(path.join(workspace, 'verl-run'), 2, [verlLine('while nobody was there')]);
      await workbench.run('Start Local Server');
      await item(/^verl-run, .*following$/).waitFor();
      // By name: rows of the tree move while the server's jobs come back.
      await workbench.choose('Watch Training Predictions', 'verl-run');
      await prediction('while nobody was there').waitFor();
    });

    it('is not shown where the setting says so', async () => {
      await item(/^outputs\/grpo, trl/).waitFor();
      const settings = { 'search.exclude': { '**/old': true }, 'trainingPredictions.follow.discover': false };
      write(path.join(workspace, '.vscode', 'settings.json'), JSON.stringify(settings));
      await item(/^In This Workspace/).waitFor({ state: 'hidden' });
      await item(/^verl-run, .*following$/).waitFor();
    });
  });

  describe('that is not trusted', () => {
    before(() =>
      open({
        userSettings: {
          'security.workspace.trust.enabled': true,
          'security.workspace.trust.startupPrompt': 'never',
          'security.workspace.trust.banner': 'never',
        },
      }),
    );
    after(close);

    it('is not searched, and nothing of it can be followed', async () => {
      await workbench.statusBarItem('Restricted Mode').waitFor();
      await tree();
      await workbench.page.getByRole('button', { name: 'Open Sample Run' }).first().waitFor();
      writeVerlStep(path.join(workspace, 'late'), 1, [verlLine('late')]);
      await workbench.page.waitForTimeout(2000);
      assert.equal(await item(/^In This Workspace/).count(), 0);
      await workbench.page.getByRole('button', { name: 'Follow Training Output…' }).first().click();
      await workbench.page.waitForTimeout(1000);
      assert.equal(readFollowed(home()).size, 0);
    });
  });
});
