import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../api/errors.ts';
import { ForeignDirectoryError } from '../ownFiles.ts';
import { type FollowCommand, parseFollow, usage } from './arguments.ts';
import { BesideServer } from './besideServer.ts';
import { exitCodes, FollowEndedError } from './exit.ts';
import { nameOfRun } from './files/runPath.ts';
import { follow } from './follower.ts';
import { FollowedAlreadyError } from './openAlone.ts';
import { Positions } from './positions.ts';
import { type Report, reportTo } from './report.ts';
import { hashOf } from './rowIds.ts';
import { filesOf, findRuns, jobIdOf, type Run } from './runs.ts';
import { ServerJob } from './serverJob.ts';

/** Between two looks for something that is recognised, in ms; looking takes at most a tenth of the time. */
const pause = 500;

/**
 * Carries out `follow`.
 *
 * @param args without the word itself
 * @param signal aborted to stop: what was not sent is sent the next time
 * @returns the exit code
 */
export async function runFollow(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number> {
  const report = reportTo(process.stdout, process.stderr);
  try {
    const command = parseFollow(args, environment);
    if (command === 'help') {
      process.stdout.write(usage);
      return exitCodes.done;
    }
    if (!command.besideServer) return await carryOut(command, report, signal);
    return await beside(command, report, signal);
  } catch (error) {
    if (signal.aborted && error instanceof Error && error.name === 'AbortError') return exitCodes.done;
    const told = wordsOf(error);
    if (told === undefined) throw error;
    for (const line of told.message.split('\n')) report.say(line);
    return told.exitCode;
  }
}

/** As VS Code follows: until nobody wants it, the run ended, or the local server is gone. */
async function beside(command: FollowCommand, report: Report, signal: AbortSignal): Promise<number> {
  const life = new BesideServer(command.path, command.server.dataDirectory, report);
  const stopped = AbortSignal.any([signal, life.signal]);
  try {
    const code = await carryOut(command, life, stopped);
    life.end(stopped.aborted ? 'stopped' : 'ended', !stopped.aborted);
    return code;
  } catch (error) {
    if (stopped.aborted && error instanceof Error && error.name === 'AbortError') {
      life.end('stopped', false);
      return exitCodes.done;
    }
    // A job that somebody deleted is not to come back by itself.
    const isOver = error instanceof FollowEndedError && error.exitCode === exitCodes.refused;
    life.end('failed', isOver, (error as Error).message);
    throw error;
  }
}

async function carryOut(command: FollowCommand, report: Report, signal: AbortSignal): Promise<number> {
  const { path, server, once } = command;
  if (command.list) return list(await findRuns(path, command.format), path, report);
  const run = await theRun(command, report, signal);
  if (run === undefined) return exitCodes.done;
  const job = new ServerJob(command.jobId ?? jobIdOf(run), server, { once, report, signal });
  const { edition, held } = await job.reach();
  const place = server.named?.address.origin ?? 'local';
  const positions = new Positions(server.dataDirectory, hashOf(JSON.stringify([place, job.jobId, run.path])));
  try {
    if (!positions.isEmpty && (held ?? 0) === 0) {
      report.say(`The server has nothing of ${job.jobId} any more: all is sent again.`);
      positions.forget();
    }
    const mayConfigure = (held ?? 0) === 0 || !positions.isEmpty;
    await job.save({ status: 'running', ...(held === undefined ? { model_name: nameOfRun(run.path) } : {}) });
    return await follow({ run, job, positions, edition, once, mayConfigure, report, signal });
  } finally {
    positions.close();
  }
}

/** The one run at or below the path; undefined when it was waited for and the signal came. @throws FollowEndedError */
async function theRun(
  { path, format, once }: FollowCommand,
  report: Report,
  signal: AbortSignal,
): Promise<Run | undefined> {
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const began = performance.now();
    const runs = await findRuns(path, format);
    const [run, ...more] = runs;
    if (run !== undefined && more.length === 0) return run;
    if (run !== undefined) {
      await list(runs, path, report);
      throw new FollowEndedError(
        `There are ${runs.length} runs at ${path}: name one of them, since each is a job of its own.`,
        exitCodes.usage,
      );
    }
    if (once) throw nothingAt(path);
    if (isFirst) report.event({ event: 'waiting', path });
    await sleep(Math.max(pause, 10 * (performance.now() - began)), undefined, { signal });
  }
  return undefined;
}

async function list(runs: readonly Run[], path: string, report: Report): Promise<number> {
  for (const run of runs) {
    const files = (await filesOf(run)).length;
    report.event({ event: 'run', job_id: jobIdOf(run), format: run.format.name, path: run.path, files });
  }
  if (runs.length === 0) throw nothingAt(path);
  return exitCodes.done;
}

function nothingAt(path: string): FollowEndedError {
  return new FollowEndedError(
    `Nothing at ${path} is recognised. A table is followed when it is named itself, or with --format table.`,
    exitCodes.usage,
  );
}

function wordsOf(error: unknown): { message: string; exitCode: number } | undefined {
  if (error instanceof FollowEndedError) return error;
  if (error instanceof FollowedAlreadyError) return { message: error.message, exitCode: exitCodes.usage };
  if (error instanceof ForeignDirectoryError) return { message: error.message, exitCode: exitCodes.usage };
  // The server's word on what is asked of it, such as a job of somebody else's.
  if (error instanceof ApiError) return { message: error.message, exitCode: exitCodes.refused };
  return undefined;
}
