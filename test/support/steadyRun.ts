import type { PanelStage } from './panelStage.ts';
import { sample, type TestJob } from './serverClient.ts';

/** Samples an epoch: small, so that new epochs come too. */
const samples = 5;

export interface SteadyRun {
  /** How many predictions were sent so far. */
  readonly sent: number;
  stop(): Promise<void>;
}

/**
 * A script that sends one prediction after the other, from epoch 2 on.
 *
 * @param interval ms between two
 */
export function steadyRun(stage: PanelStage, job: TestJob, interval: number): SteadyRun {
  let sent = 0;
  let last = Promise.resolve();
  const timer = setInterval(() => {
    const epoch = 2 + Math.floor(sent / samples);
    const prediction = sample({
      epoch,
      step: epoch * 10,
      sample_index: sent % samples,
      prompt: `question ${sent % samples}`,
      prediction: `later answer ${sent} ${'word '.repeat(40)}`,
    });
    sent += 1;
    last = last.then(() => stage.add(job, [prediction]));
  }, interval);
  return {
    get sent() {
      return sent;
    },
    stop: () => {
      clearInterval(timer);
      return last;
    },
  };
}
