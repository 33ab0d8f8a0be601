import * as vscode from 'vscode';
import type { RunningServer } from '../localServer/discovery.ts';
import { activeSampleRun, createSampleJob, isSampleRunName, replayInto, type SampleRun } from '../sample/sampleRun.ts';
import type { CommandContext } from './context.ts';

async function pickSampleRun(): Promise<SampleRun | undefined> {
  const choices: (vscode.QuickPickItem & { run: SampleRun })[] = [
    {
      run: 'supervised',
      label: vscode.l10n.t('A supervised run'),
      detail: vscode.l10n.t(
        'A small model learns in 30 epochs to write orders as JSON: one answer per prompt, with error rates.',
      ),
    },
    {
      run: 'rl',
      label: vscode.l10n.t('An RL run'),
      detail: vscode.l10n.t(
        'A tiny model learns to add by reinforcement, in one epoch: four completions per prompt, reasoning, a resume.',
      ),
    },
  ];
  const picked = await vscode.window.showQuickPick(choices, {
    title: vscode.l10n.t('Open Sample Run'),
    placeHolder: vscode.l10n.t('Which recorded run to see'),
  });
  return picked?.run;
}

/**
 * Opens a recorded run, as if it went on now.
 *
 * @param name of the run; anything else asks which
 * @param start the local server, if need be
 */
export async function openSampleRun(
  { watches, panels, extension }: CommandContext,
  name: unknown,
  start: () => Promise<RunningServer>,
): Promise<void> {
  const run = isSampleRunName(name) ? name : await pickSampleRun();
  if (run === undefined) return;
  const server = await start();
  const listing = watches.listing('local');
  await listing.refresh();
  const now = new Date();
  const running = activeSampleRun(run, listing.jobs, now);
  const jobId = running?.id ?? (await createSampleJob(run, server, now));
  const { watch } = await panels.open({ server: 'local', jobId });
  if (running === undefined) await replayInto(jobId, run, watch.session, extension);
  await listing.refresh();
}
