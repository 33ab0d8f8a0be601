/** Trainers write while followers and their server are killed again and again; then what the server holds is compared. */
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  followOnce,
  freshFolder,
  pythonJson,
  readAll,
  startFollower,
  type TestFollower,
  writeTrlStep,
} from '../support/follow.ts';
import { type Random, randomOf } from '../support/random.ts';
import type { TestServer } from '../support/server.ts';
import type { Fields } from '../support/serverClient.ts';

export interface FollowCrashOptions {
  readonly seed: number;
  /** Of followers and server together. */
  readonly kills: number;
  /** Starts a server on the same storage each time. */
  start(): Promise<TestServer>;
}

export interface FollowCrashResult {
  readonly kills: number;
  /** Rows that trainers wrote. */
  readonly written: number;
  readonly lost: number;
  readonly doubled: number;
}

/** A row by what it is known by, and what the server is to hold of it. */
type Expected = Map<string, string>;

const prompts = 6;
const completions = 4;

/** One run that grows until it is told to stop. */
interface Trainer {
  readonly job: string;
  readonly path: string;
  readonly expected: Expected;
  /** Until `isOver`, and then to the end of what was begun. */
  write(isOver: () => boolean): Promise<void>;
}

/** @returns with the problems other than those that the figures tell, for a person */
export async function followCrash({
  seed,
  kills,
  start,
}: FollowCrashOptions): Promise<{ result: FollowCrashResult; problems: string[] }> {
  const random = randomOf(seed);
  const folder = freshFolder();
  let server = await start();
  const trainers = [verl, trl, table].map((make, index) => make(join(folder, `${make.name}-${index}`), random));
  const problems: string[] = [];
  let isOver = false;
  const writing = trainers.map((trainer) => trainer.write(() => isOver));
  const followers = trainers.map((trainer) => new Supervised(trainer, server.dataDir, problems));
  for (let kill = 0; kill < kills; kill += 1) {
    await sleep(random.between(200, 1500));
    const victim = random.between(0, trainers.length);
    if (victim < trainers.length) {
      await followers[victim]?.kill();
      continue;
    }
    await server.kill('SIGKILL');
    await sleep(random.between(0, 300));
    server = await start();
  }
  isOver = true;
  await Promise.all(writing);
  for (const follower of followers) await follower.stop();
  let [lost, doubled, written] = [0, 0, 0];
  for (const { job, path, expected } of trainers) {
    const { code, words } = await followOnce([path, '--once', '--job', job], server.dataDir);
    if (code !== 0) problems.push(`${job}: following to the end ended with ${code}: ${words}`);
    const held = await readAll(server, job);
    const counts = new Map<string, number>();
    for (const row of held) {
      const name = String(row['prediction']);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      const told = placeOf(row);
      if (expected.get(name) !== told) problems.push(`${job}: ${name} is ${told}, not ${expected.get(name)}`);
    }
    written += expected.size;
    for (const name of expected.keys()) if (!counts.has(name)) lost += 1;
    for (const count of counts.values()) doubled += count - 1;
  }
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  return { result: { kills, written, lost, doubled }, problems };
}

/** A follower that is started again whenever it ends. */
class Supervised {
  readonly #trainer: Trainer;
  readonly #dataDir: string;
  readonly #problems: string[];
  #follower: TestFollower;
  #isStopped = false;

  constructor(trainer: Trainer, dataDir: string, problems: string[]) {
    this.#trainer = trainer;
    this.#dataDir = dataDir;
    this.#problems = problems;
    this.#follower = this.#start();
  }

  async kill(): Promise<void> {
    await this.#follower.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#follower.kill();
  }

  #start(): TestFollower {
    const { job, path } = this.#trainer;
    const follower = startFollower([path, '--job', job], this.#dataDir);
    void follower.ended.then((code) => {
      // Killed, or begun while no server ran.
      if (code !== null && code !== 0 && code !== 3)
        this.#problems.push(`${job} ended with ${code}: ${follower.words()}`);
      if (!this.#isStopped) this.#follower = this.#start();
    });
    return follower;
  }
}

/** Answers of one step: each prompt several times, under texts that no other row has. */
function step(run: string, number: number, expected: Expected, source?: string) {
  return Array.from({ length: prompts * completions }, (_, index) => {
    const sample = Math.floor(index / completions);
    const answer = `${run} ${source ?? ''} ${number}.${index} ü`;
    const place = {
      step: number,
      sample_index: sample,
      completion_index: index % completions,
      source,
      score: index / 8,
    };
    expected.set(answer, JSON.stringify(place));
    return { prompt: `prompt ${sample}`, answer, score: index / 8 };
  });
}

function placeOf({ step: at, sample_index, completion_index, sample_source: source, scores, reward }: Fields): string {
  const score = (scores as Fields | undefined)?.['score'] ?? reward;
  return JSON.stringify({ step: at, sample_index, completion_index, source: source ?? undefined, score });
}

/** Two folders whose files come in pieces that end anywhere. */
function verl(path: string, random: Random): Trainer {
  const expected: Expected = new Map();
  const write = async (isOver: () => boolean) => {
    for (let number = 1; !isOver(); number += 1) {
      for (const [folder, source] of [
        ['rollout', 'train'],
        ['validation', 'val'],
      ] as const) {
        const rows = step('verl', number, expected, source);
        const lines = rows.map(({ prompt, answer, score }) =>
          pythonJson({ input: prompt, output: answer, gts: null, score, step: number }),
        );
        await inPieces(join(path, folder, `${number}.jsonl`), `${lines.join('\n')}\n`, random);
      }
    }
  };
  return { job: 'verl', path, expected, write };
}

function trl(path: string, random: Random): Trainer {
  const expected: Expected = new Map();
  const write = async (isOver: () => boolean) => {
    for (let number = 1; !isOver(); number += 1) {
      const rows = step('trl', number, expected);
      const answers = rows.map(({ prompt, answer, score }) => ({
        prompt,
        completion: answer,
        rewards: { score },
        advantage: 0,
      }));
      writeTrlStep(path, number, answers);
      await sleep(random.between(20, 150));
    }
  };
  return { job: 'trl', path, expected, write };
}

/** One file that grows through all steps. */
function table(folder: string, random: Random): Trainer {
  const path = join(folder, 'answers.jsonl');
  const expected: Expected = new Map();
  const write = async (isOver: () => boolean) => {
    for (let number = 1; !isOver(); number += 1) {
      const rows = step('table', number, expected);
      const lines = rows.map(({ prompt, answer, score }) =>
        pythonJson({ step: number, prompt, completion: answer, reward: score }),
      );
      await inPieces(path, `${lines.join('\n')}\n`, random);
    }
  };
  return { job: 'table', path, expected, write };
}

async function inPieces(path: string, text: string, random: Random): Promise<void> {
  mkdirSync(join(path, '..'), { recursive: true });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + random.between(1, 1500));
    appendFileSync(path, bytes.subarray(at, end));
    at = end;
    await sleep(random.between(0, 20));
  }
}
