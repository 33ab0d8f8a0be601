/** Writers post to a server that is killed again and again; then what it holds is compared with what it answered. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, randomOf } from '../support/random.ts';
import type { TestServer } from '../support/server.ts';
import { createJob, predictionsPath, readPredictions, request, type TestJob } from '../support/serverClient.ts';
import { Writer } from './writer.ts';

export interface CrashOptions {
  readonly seed: number;
  readonly kills: number;
  /** Starts a server on the same storage each time. */
  start(): Promise<TestServer>;
}

export interface CrashResult {
  readonly kills: number;
  /** Predictions whose batch was answered with 200. */
  readonly answered: number;
  /** Of these, how many are not there. */
  readonly lost: number;
  /** Predictions that are there more than once. */
  readonly doubled: number;
}

/** Four writers, two to a job: their batches meet in one job's sequence. */
const jobCount = 2;
const writersPerJob = 2;

/** @returns with the problems other than those that the figures tell, for a person */
export async function crash(options: CrashOptions): Promise<{ result: CrashResult; problems: string[] }> {
  const random = randomOf(options.seed);
  let server = await options.start();
  const jobs: TestJob[] = [];
  for (let index = 0; index < jobCount; index += 1) jobs.push(await createJob(server));
  const writers = jobs.flatMap((job) =>
    Array.from({ length: writersPerJob }, () => new Writer(job, randomOf(random.between(0, 2 ** 31)))),
  );
  const posting = writers.map((writer) => writer.run(() => server));
  for (let kill = 0; kill < options.kills; kill += 1) {
    await comesToWork(writers, random);
    await server.kill('SIGKILL');
    server = await options.start();
  }
  for (const writer of writers) writer.stop();
  await Promise.all(posting);
  try {
    return await compare(server, writers, options.kills);
  } finally {
    await server.stop();
  }
}

/** A kill at any moment: at times before anything was answered, at times in full swing. */
async function comesToWork(writers: readonly Writer[], random: Random): Promise<void> {
  const answered = () => writers.reduce((sum, writer) => sum + writer.answered, 0);
  const enough = answered() + (random.chance(0.2) ? 0 : random.between(1, 400));
  const end = Date.now() + 10_000;
  while (answered() < enough && Date.now() < end) await sleep(1);
  await sleep(random.between(0, 30));
}

async function compare(server: TestServer, writers: readonly Writer[], kills: number) {
  const problems = writers.flatMap((writer) => writer.problems);
  let [lost, doubled] = [0, 0];
  for (const job of new Set(writers.map((writer) => writer.job))) {
    const rows = await readAll(server, job.id);
    const isInSequence = rows.every((row, index) => row['seq'] === index + 1);
    if (!isInSequence) problems.push(`${job.id}: the sequence numbers are not 1 to ${rows.length}`);
    const own = writers.filter((writer) => writer.job === job);
    for (const writer of own) {
      const numbers = rows.filter((row) => row['prompt_id'] === writer.name).map((row) => Number(row['source_index']));
      const there = new Set(numbers);
      doubled += numbers.length - there.size;
      for (let number = 0; number < writer.answered; number += 1) if (!there.has(number)) lost += 1;
      if (numbers.some((number, index) => index > 0 && number < (numbers[index - 1] ?? 0))) {
        problems.push(`${writer.name}: predictions are not in the order in which they were sent`);
      }
      if (there.size > writer.answered)
        problems.push(`${writer.name}: ${there.size - writer.answered} were never sent`);
    }
    const { json } = await request(server, predictionsPath(job.id, '/epochs'));
    const counted = (json['epochs'] as { prediction_count: number }[]).reduce((sum, e) => sum + e.prediction_count, 0);
    if (counted !== rows.length) problems.push(`${job.id}: the epochs count ${counted} of ${rows.length} predictions`);
  }
  const answered = writers.reduce((sum, writer) => sum + writer.answered, 0);
  return { result: { kills, answered, lost, doubled }, problems };
}

async function readAll(server: TestServer, jobId: string) {
  const rows = [];
  for (;;) {
    const page = await readPredictions(server, jobId, `?after=${rows.at(-1)?.['seq'] ?? 0}&limit=1000`);
    if (page.length === 0) return rows;
    rows.push(...page);
  }
}
