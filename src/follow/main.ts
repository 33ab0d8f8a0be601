/**
 * `training-predictions-server follow`: a client like any script, in a process of its own. The server's entry loads this
 * for that command alone, which is carried out then, in a thread: a thread can be told how much it may take in memory.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import * as Type from 'typebox';
import { schema } from '../wire/schema.ts';
import { runFollow } from './command.ts';
import { exitCodes } from './exit.ts';

/** Room for what was made last, in MB. Nearly all lives as long as a batch: more would be taken, and bring nothing. */
const youngGeneration = 24;

const task = schema(Type.Object({ args: Type.Array(Type.String()) }));

if (isMainThread) startThread();
else void runThread();

function startThread(): void {
  const worker = new Worker(import.meta.filename, {
    workerData: { args: process.argv.slice(3) },
    resourceLimits: { maxYoungGenerationSizeMb: youngGeneration },
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // A second one ends the process at once.
    process.once(signal, () => worker.postMessage('stop'));
  }
  worker.once('error', (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  });
  worker.once('exit', (code) => {
    process.exitCode = code;
  });
}

async function runThread(): Promise<void> {
  const stop = new AbortController();
  // It keeps the thread alive no longer than there is something to do.
  parentPort?.once('message', () => stop.abort()).unref();
  try {
    process.exitCode = await runFollow(task.parse(workerData).args, process.env, stop.signal);
  } catch (error) {
    process.exitCode = exitCodes.refused;
    throw error;
  }
}
