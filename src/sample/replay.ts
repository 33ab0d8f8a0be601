/**
 * Stands in for a training script: sends a recorded run to a predictions server, checkpoint by checkpoint, through the
 * same routes that any script uses. Runs as a process of its own, so that it outlives the window that asked for it. SIGTERM
 * cancels the run.
 *
 * Usage: replay RUN.jsonl.gz METRICS.jsonl JOB_ID SECONDS, with TRAINING_PREDICTIONS_HOME set for the local server of
 * that data directory, else with FINETUNE_LAB_API_URL and FINETUNE_LAB_API_KEY.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import * as Type from 'typebox';
import { ApiClient } from '../api/client.ts';
import { NotFoundError, UnavailableError, UnreachableError } from '../api/errors.ts';
import type { Endpoint } from '../api/request.ts';
import { parseServerAddress } from '../api/serverAddress.ts';
import { dataDirectory, endpointOf, findServer } from '../localServer/discovery.ts';
import { checkpointKey, filedEpoch, isSameCheckpoint } from '../model/checkpoints.ts';
import { type Metric, metricsAnswer } from '../wire/metric.ts';
import { schema } from '../wire/schema.ts';

/** Predictions a request: small enough that the rows are seen to arrive. */
const batchSize = 5;
/** A server that is away is waited for this long, in ms. */
const patience = 60_000;

const start = { restart: Type.Optional(Type.Integer()), restart_from: Type.Optional(Type.Integer()) };
/** Of a line what is looked at; it is sent as it is. An epoch may be a fraction. */
const line = schema(Type.Object({ epoch: Type.Number(), step: Type.Integer(), ...start }));
type Line = ReturnType<typeof line.parse>;
const ofStart = schema(Type.Object(start));

replay().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});

async function replay(): Promise<void> {
  const [run = '', metrics = '', jobId = '', seconds = '60'] = process.argv.slice(2);
  const rows = lines(gunzipSync(await readFile(run)).toString('utf8')).map((row) => line.parse(row));
  const logged = metricsAnswer.parse({ metrics: lines(await readFile(metrics, 'utf8')) }).metrics;
  const checkpoints = [...new Map(rows.map((row) => [`${startOf(row)} ${checkpointKey(row)}`, row])).values()];
  const { epoch: lastEpoch = 0, step: lastStep = 0 } = checkpoints.at(-1) ?? {};
  const pause = (Number(seconds) * 1000) / Math.ceil(rows.length / batchSize);

  const asOwner = <T>(ask: (client: ApiClient) => Promise<T>) =>
    persistently(async () => ask(new ApiClient(await reach())));
  const { job_token } = await asOwner((client) =>
    client.saveJob({ job_id: jobId, status: 'running', total_epochs: Math.ceil(lastEpoch), total_steps: lastStep }),
  );
  process.once('SIGTERM', () => void cancel(jobId));
  const asScript = (ask: (client: ApiClient) => Promise<void>) =>
    persistently(async () => ask(new ApiClient({ ...(await reach()), key: job_token })));
  let told = -1;
  let running = 0;
  for (const checkpoint of checkpoints) {
    const { epoch, step } = checkpoint;
    // A run that was resumed tells of the steps since where it went on once more.
    if (startOf(checkpoint) !== running) told = checkpoint.restart_from ?? -1;
    running = startOf(checkpoint);
    const isOfThis = (row: Line) => startOf(row) === running && isSameCheckpoint(row, checkpoint);
    const answers = rows.filter(isOfThis);
    // As in a training script: the model answers once the steps are trained, and the job is there by then.
    const metrics = logged
      .filter((one) => startOf(ofStart.parse(one)) === running && one.step > told && one.step <= step)
      .sort((a, b) => a.step - b.step);
    told = step;
    const metricKey = randomUUID();
    if (metrics.length > 0) await asScript((script) => sendMetrics(script, jobId, metrics, metricKey));
    await asOwner((client) =>
      client.saveJob({
        job_id: jobId,
        current_epoch: filedEpoch(epoch),
        current_step: step,
        progress: lastStep === 0 ? 100 : (step / lastStep) * 100,
        loss: metrics.at(-1)?.train_loss ?? null,
      }),
    );
    for (let start = 0; start < answers.length; start += batchSize) {
      const batch = answers.slice(start, start + batchSize);
      const key = randomUUID();
      await asScript(async (script) => {
        await script.sendPredictions(jobId, batch, key);
      });
      await sleep(pause);
    }
  }
  await asOwner((client) =>
    client.saveJob({ job_id: jobId, status: 'completed', completed_at: new Date().toISOString() }),
  );
}

/** Which start of the training process a line is from. */
function startOf({ restart = 0 }: { restart?: number | undefined }): number {
  return restart;
}

/** Where to send a request, as it is at this moment. */
async function reach(): Promise<Endpoint> {
  if (process.env['TRAINING_PREDICTIONS_HOME']) {
    const server = await findServer(dataDirectory());
    if (server === null) throw new UnreachableError('The local server does not run.');
    return server.endpoint;
  }
  const address = parseServerAddress(process.env['FINETUNE_LAB_API_URL'] ?? '');
  return endpointOf(dataDirectory(), address, process.env['FINETUNE_LAB_API_KEY'] ?? '');
}

/** Not every predictions server takes metrics. */
async function sendMetrics(script: ApiClient, jobId: string, metrics: Metric[], key: string): Promise<void> {
  try {
    await script.sendMetrics(jobId, metrics, key);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
}

/** A run that is ended says so; otherwise its job would seem to run for ever. */
async function cancel(jobId: string): Promise<never> {
  try {
    const client = new ApiClient(await reach());
    await client.saveJob({ job_id: jobId, status: 'cancelled', completed_at: new Date().toISOString() });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
  }
  process.exit(143);
}

function lines(text: string): unknown[] {
  return text
    .split('\n')
    .filter((one) => one.trim() !== '')
    .map((one): unknown => JSON.parse(one));
}

/** A request that got no answer is sent again, as a script does that survives a restart of the server. */
async function persistently<T>(request: () => Promise<T>): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof UnreachableError || error instanceof UnavailableError) || Date.now() > end) throw error;
      await sleep(500);
    }
  }
}
