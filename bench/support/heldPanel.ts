/** Panels that hold many predictions already. */
import type { Frame } from 'playwright-core';
import type { Prediction } from '../../src/wire/prediction.ts';
import type { PanelStage } from '../../test/support/panelStage.ts';
import type { Fields } from '../../test/support/serverClient.ts';
import { prediction } from './recordedRun.ts';
import type { Side } from './stretches.ts';

/** A job with so many predictions, alone in a panel, fed by an extension host. */
export async function watchHeld(
  stage: PanelStage,
  held: number,
  host: number,
  made: (n: number) => Prediction = prediction,
): Promise<Side> {
  const title = `held ${held}`;
  const job = await stage.train(title, heldRows(held, made));
  return { job, frame: await openPanel(stage, title, held), host };
}

/** The panel of a job by its title, alone, once it has so many predictions. */
export async function openPanel(stage: PanelStage, title: string, count: number): Promise<Frame> {
  await stage.workbench.run('View: Close All Editors');
  await stage.watch(title);
  await stage.panel
    .getByText(`Showing 1–10 of ${count.toLocaleString('en-US')}`, { exact: true })
    .waitFor({ timeout: 90_000 });
  return panelFrame(stage);
}

/** The frame of the panel that is in sight. */
export async function panelFrame(stage: PanelStage): Promise<Frame> {
  const frame = await (await stage.panel.locator('body').elementHandle())?.ownerFrame();
  if (!frame) throw new Error('There is no panel');
  return frame;
}

export function heldRows(held: number, made: (n: number) => Prediction = prediction): Fields[] {
  return Array.from({ length: held }, (_, n) => {
    const { id: _id, job_id: _job, created_at: _created, seq: _seq, user_id: _user, ...sent } = made(n);
    return sent;
  });
}
