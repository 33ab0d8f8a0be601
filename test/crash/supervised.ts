import { setTimeout as sleep } from 'node:timers/promises';
import { startFollower, type TestFollower } from '../support/follow.ts';
import type { TrainingRun } from './trainingRun.ts';

/** Killed, or told to end; or begun while no server ran. */
const harmless: readonly (number | null)[] = [null, 0, 3];
/** Before one that ended is started again, and between two looks at what it told, in ms. */
const pause = 50;
/** A follower is waited for so long: where the server is slow or files are at rest it may send nothing, in ms. */
const patience = 20_000;

/** A follower that is started again whenever it ends. */
export class Supervised {
  /** What should never happen. */
  readonly problems: string[] = [];
  readonly #run: TrainingRun;
  readonly #dataDir: string;
  readonly #env: NodeJS.ProcessEnv;
  #follower: TestFollower;
  #isStopped = false;

  /** @param env of the follower, added to ours */
  constructor(run: TrainingRun, dataDir: string, env: NodeJS.ProcessEnv) {
    this.#run = run;
    this.#dataDir = dataDir;
    this.#env = env;
    this.#follower = this.#start();
  }

  /** Until the one that runs now has sent rows. */
  async isAtWork(): Promise<void> {
    const end = Date.now() + patience;
    while (!this.#follower.lines().some(({ event }) => event === 'sent') && Date.now() < end) await sleep(pause);
  }

  async kill(): Promise<void> {
    await this.#follower.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#follower.kill();
  }

  #start(): TestFollower {
    const { job, path } = this.#run;
    const follower = startFollower([path, '--job', job], this.#dataDir, this.#env);
    void follower.ended.then(async (code) => {
      if (!harmless.includes(code)) this.problems.push(`${job} ended with ${code}: ${follower.words()}`);
      await sleep(pause);
      if (!this.#isStopped) this.#follower = this.#start();
    });
    return follower;
  }
}
