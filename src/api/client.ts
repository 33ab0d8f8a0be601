import { type CheckpointCounts, checkpointsAnswer } from '../wire/checkpoints.ts';
import { jobListStreamRoute } from '../wire/events.ts';
import { type Job, type JobCreated, type JobListing, type JobUpdate, jobCreated, jobListing } from '../wire/job.ts';
import { leaseRoute } from '../wire/lease.ts';
import { type Metric, metricsAnswer } from '../wire/metric.ts';
import { plainFields } from '../wire/prediction.ts';
import {
  type EpochSummary,
  epochsAnswer,
  type HealthAnswer,
  healthAnswer,
  type JobImported,
  jobImported,
  type PredictionsPage,
  predictionsPage,
  type StoredAnswer,
  stored,
  type TrendsAnswer,
  trendsAnswer,
} from '../wire/responses.ts';
import { type Endpoint, readAnswer, send, sendForJson } from './request.ts';

const jobsPageSize = 100;
/** Beyond so many jobs the listing stops: nobody reads further down a tree. */
export const mostJobs = 500;
/** Of a page of predictions: these are numbers, whatever their digits. */
const plainNumbers: ReadonlySet<string> = new Set([...plainFields, 'total_count', 'epoch_count']);
/** A page of more bytes is asked for in smaller ones. */
const largestPage = 64 * 1024 * 1024;

/** The requests that the extension makes. Every method throws ApiError, or the signal's reason when aborted. */
export class ApiClient {
  readonly endpoint: Endpoint;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  /** The newest jobs, up to 500, with the service's stale marks. */
  async jobs(signal?: AbortSignal): Promise<Job[]> {
    const jobs: Job[] = [];
    for (;;) {
      const page = await this.#jobsPage(jobs.length, signal);
      for (const job of page.jobs.slice(0, mostJobs - jobs.length)) jobs.push(job);
      if (page.jobs.length === 0 || jobs.length >= Math.min(page.total ?? 0, mostJobs)) break;
    }
    return this.#withStaleMarks(jobs, signal);
  }

  /** Succeeds when the key is good. */
  async checkKey(signal?: AbortSignal): Promise<void> {
    await sendForJson(this.endpoint, '/api/training/local/jobs', jobListing, { query: { limit: 1 }, signal });
  }

  /** Creates a job or changes the given fields of one. */
  saveJob(job: JobUpdate, signal?: AbortSignal): Promise<JobCreated> {
    return sendForJson(this.endpoint, '/api/training/local/jobs', jobCreated, { method: 'POST', body: job, signal });
  }

  /** Deletes a job with all its predictions, where the server does that at all. */
  async deleteJob(jobId: string, signal?: AbortSignal): Promise<void> {
    await send(this.endpoint, jobPath(jobId), { method: 'DELETE', signal });
  }

  /** Makes a finished job of predictions, JSON Lines that are sent while they are made; all of them or none. */
  async importJob(jobId: string, lines: AsyncIterable<Uint8Array>): Promise<JobImported> {
    const response = await send(this.endpoint, `${jobPath(jobId)}/import`, { method: 'POST', lines });
    return readAnswer(this.endpoint, response, jobImported);
  }

  /**
   * Stores predictions of a job, all or none. The key has to be the job's token. A batch that is sent again under its
   * own `batchKey` is stored once, where the server knows such keys; the answer says how many were there already.
   *
   * @param write how the batch is written, where not by `JSON.stringify`
   */
  sendPredictions(
    jobId: string,
    predictions: readonly unknown[],
    batchKey: string,
    write?: (body: unknown) => string,
  ): Promise<StoredAnswer> {
    return this.#sendBatch('/api/training/local/predictions', { job_id: jobId, predictions }, batchKey, write);
  }

  /**
   * One page of predictions by epoch, then sample, ascending; with `after` by sequence, where the server knows it. At
   * most 1,000 come.
   */
  predictions(
    jobId: string,
    query: { epoch?: number; step?: number; after?: number; limit: number; offset?: number },
    signal?: AbortSignal,
  ): Promise<PredictionsPage> {
    return sendForJson(this.endpoint, predictionsPath(jobId), predictionsPage, {
      query,
      signal,
      limits: { bytes: largestPage },
      plainNumbers,
    });
  }

  /** How many predictions each epoch has, ascending by epoch. */
  async epochs(jobId: string, signal?: AbortSignal): Promise<EpochSummary[]> {
    const answer = await sendForJson(this.endpoint, `${predictionsPath(jobId)}/epochs`, epochsAnswer, { signal });
    return answer.epochs;
  }

  /** How many predictions each checkpoint has, ascending, where the server tells of checkpoints at all. */
  async checkpoints(jobId: string, signal?: AbortSignal): Promise<CheckpointCounts[]> {
    const path = `${predictionsPath(jobId)}/checkpoints`;
    return (await sendForJson(this.endpoint, path, checkpointsAnswer, { signal })).checkpoints;
  }

  /** The averages of each epoch, ascending by epoch, as the server has them. */
  trends(jobId: string, signal?: AbortSignal): Promise<TrendsAnswer> {
    return sendForJson(this.endpoint, `${predictionsPath(jobId)}/trends`, trendsAnswer, { signal });
  }

  /** What a trainer logged, ascending by step. `after` is a step that a server which knows it begins behind. */
  async metrics(jobId: string, after: number | undefined, signal?: AbortSignal): Promise<Metric[]> {
    const path = `/api/training/local/${encodeURIComponent(jobId)}/metrics`;
    return (await sendForJson(this.endpoint, path, metricsAnswer, { query: { after }, signal })).metrics;
  }

  /** Stores what a trainer logged, as `sendPredictions` does. */
  async sendMetrics(jobId: string, metrics: readonly Metric[], batchKey: string): Promise<void> {
    await this.#sendBatch('/api/training/local/metrics', { job_id: jobId, metrics }, batchKey);
  }

  /** Opens the event stream of a job. The response has no end of its own; abort the signal to close it. */
  openStream(jobId: string, lastEventId: string | null, signal: AbortSignal): Promise<Response> {
    return send(this.endpoint, `${predictionsPath(jobId)}/stream`, {
      headers: {
        Accept: 'text/event-stream',
        'Cache-Control': 'no-cache',
        ...lastEventIdHeader(lastEventId),
      },
      signal,
    });
  }

  /** Opens the event stream of the list of jobs, where the server has one; it is closed like that of a job. */
  openJobListStream(signal: AbortSignal): Promise<Response> {
    const headers = { Accept: 'text/event-stream', 'Cache-Control': 'no-cache' };
    return send(this.endpoint, jobListStreamRoute, { headers, signal });
  }

  /** Opens a lease on the local server: it has an end when the server has one, or the signal is aborted. */
  openLease(keepRunning: boolean, signal: AbortSignal): Promise<Response> {
    return send(this.endpoint, leaseRoute, { query: { keep_running: keepRunning ? 1 : 0 }, signal });
  }

  /** How many event streams of predictions the local server has open, in all windows; null where it does not say. */
  async openStreams(signal?: AbortSignal): Promise<number | null> {
    const text = await (await send(this.endpoint, '/metrics', { signal })).text();
    const [, count] = /^training_predictions_streams (\d+)$/m.exec(text) ?? [];
    return count === undefined ? null : Number(count);
  }

  /** The local server's word on itself; with a challenge it proves to be the one that `server.json` tells of. */
  health(signal?: AbortSignal, challenge?: string): Promise<HealthAnswer> {
    const query = { challenge };
    return sendForJson({ ...this.endpoint, key: null }, '/health', healthAnswer, { query, signal });
  }

  #sendBatch(path: string, body: object, batchKey: string, write?: (body: unknown) => string): Promise<StoredAnswer> {
    const headers = { 'Idempotency-Key': batchKey };
    return sendForJson(this.endpoint, path, stored, { method: 'POST', body, headers, ...(write && { write }) });
  }

  #jobsPage(offset: number, signal: AbortSignal | undefined): Promise<JobListing> {
    const query = { limit: jobsPageSize, offset };
    return sendForJson(this.endpoint, '/api/training/local/jobs', jobListing, { query, signal });
  }

  /** Only the other listing knows which jobs no worker runs any more. */
  async #withStaleMarks(jobs: Job[], signal: AbortSignal | undefined): Promise<Job[]> {
    const marked = await sendForJson(this.endpoint, '/api/training/jobs', jobListing, { signal });
    const marks = new Map(marked.jobs.filter((job) => job._stale).map((job) => [job.id, job]));
    return jobs.map((job) => {
      const mark = marks.get(job.id);
      return mark === undefined ? job : { ...job, _stale: true, _originalStatus: mark._originalStatus ?? job.status };
    });
  }
}

/** An id goes as UTF-8 (WHATWG HTML, 9.2.3). One that no header can carry is not sent: the catch-up needs none. */
function lastEventIdHeader(id: string | null): Record<string, string> {
  if (id === null) return {};
  const value = String.fromCharCode(...new TextEncoder().encode(id));
  return /^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/.test(value)
    ? { 'Last-Event-ID': value }
    : {};
}

function jobPath(jobId: string): string {
  return `/api/training/local/jobs/${encodeURIComponent(jobId)}`;
}

function predictionsPath(jobId: string): string {
  return `/api/training/predictions/${encodeURIComponent(jobId)}`;
}
