/** Panels that hold many predictions already. */
import type { PanelStage } from '../../test/support/panelStage.ts';
import type { Fields } from '../../test/support/serverClient.ts';
import { prediction } from './recordedRun.ts';
import type { Side } from './stretches.ts';

/** A job with so many predictions, alone in a panel, fed by an extension host. */
export async function watchHeld(stage: PanelStage, held: number, host: number): Promise<Side> {
  await stage.workbench.run('View: Close All Editors');
  const title = `held ${held}`;
  const job = await stage.train(title, heldRows(held));
  await stage.watch(title);
  await stage.panel
    .getByText(`Showing 1–10 of ${held.toLocaleString('en-US')}`, { exact: true })
    .waitFor({ timeout: 90_000 });
  const frame = await (await stage.panel.locator('body').elementHandle())?.ownerFrame();
  if (!frame) throw new Error('There is no panel');
  return { job, frame, host };
}

export function heldRows(held: number): Fields[] {
  return Array.from({ length: held }, (_, n) => {
    const { id: _id, job_id: _job, created_at: _created, seq: _seq, ...sent } = prediction(n);
    return sent;
  });
}
