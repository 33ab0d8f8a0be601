/** Trainers write while followers and their server are killed again and again; then what the server holds is compared. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { followOnce, freshFolder } from '../support/follow.ts';
import { randomOf } from '../support/random.ts';
import type { TestServer } from '../support/server.ts';
import { byCopy, type Delivery, inPieces } from './deliveries.ts';
import { countHeld, type FollowCount } from './followCount.ts';
import { Supervised } from './supervised.ts';
import { trainers } from './trainers.ts';
import { TrainingRun } from './trainingRun.ts';

/** How files come to be what they are. */
export const followKinds = ['growing', 'rewritten', 'copied', 'polled'] as const;
export type FollowKind = (typeof followKinds)[number];

interface Way {
  /** Of the trainers in turn. */
  readonly deliveries: readonly Delivery[];
  readonly rewrites: boolean;
  readonly env: NodeJS.ProcessEnv;
}

const ways: Record<FollowKind, Way> = {
  growing: { deliveries: [inPieces], rewrites: false, env: {} },
  rewritten: { deliveries: [inPieces], rewrites: true, env: {} },
  copied: { deliveries: [byCopy], rewrites: true, env: {} },
  // The system is not asked to tell of changes, and nobody else tells of them in time: as of a network drive.
  polled: {
    deliveries: [inPieces, byCopy],
    rewrites: true,
    env: { CHOKIDAR_USEPOLLING: '1', CHOKIDAR_INTERVAL: '3600000' },
  },
};

export interface FollowCrashOptions {
  readonly seed: number;
  readonly kind: FollowKind;
  /** Of followers, the server, or both at once. */
  readonly kills: number;
  /** Starts a server on the same storage each time. */
  start(): Promise<TestServer>;
}

export interface FollowCrashResult extends Omit<FollowCount, 'problems'> {
  readonly kills: number;
  /** That were followed. */
  readonly files: number;
}

/** @returns with the problems other than those that the figures tell, for a person */
export async function followCrash({
  seed,
  kind,
  kills,
  start,
}: FollowCrashOptions): Promise<{ result: FollowCrashResult; problems: string[] }> {
  const random = randomOf(seed);
  const { deliveries, rewrites, env } = ways[kind];
  const folder = freshFolder();
  let server = await start();
  const runs = trainers.map((trainer, index) => {
    const delivery = deliveries[index % deliveries.length] ?? inPieces;
    return new TrainingRun({ trainer, folder: join(folder, trainer.name), delivery, rewrites, random });
  });
  let isOver = false;
  const writing = runs.map((run) => run.write(() => isOver));
  const followers = runs.map((run) => new Supervised(run, server.dataDir, env));
  await Promise.all(followers.map((follower) => follower.isAtWork()));
  for (let kill = 0; kill < kills; kill += 1) {
    const victim = followers[random.between(0, followers.length - 1)];
    // At times before it has done anything.
    if (random.chance(0.8)) await victim?.isAtWork();
    await sleep(random.between(0, 800));
    const [follower, both] = [random.chance(0.5), random.chance(0.3)];
    const killed = follower || both ? victim?.kill() : undefined;
    if (!follower || both) {
      await server.kill('SIGKILL');
      await sleep(random.between(0, 1000));
      server = await start();
    }
    await killed;
  }
  isOver = true;
  await Promise.all(writing);
  for (const follower of followers) await follower.stop();
  const problems = followers.flatMap((follower) => follower.problems);
  const counts: FollowCount[] = [];
  for (const run of runs) {
    const { code, words } = await followOnce([run.path, '--once', '--job', run.job], server.dataDir);
    if (code !== 0) problems.push(`${run.job}: following to the end ended with ${code}: ${words}`);
    counts.push(await countHeld(server, run, rewrites));
  }
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  problems.push(...counts.flatMap((count) => count.problems));
  const sum = (name: 'written' | 'superseded' | 'lost' | 'doubled') =>
    counts.reduce((all, count) => all + count[name], 0);
  const files = runs.reduce((all, run) => all + run.files, 0);
  const result = { kills, files, written: sum('written'), superseded: sum('superseded') };
  return { result: { ...result, lost: sum('lost'), doubled: sum('doubled') }, problems };
}
