import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../api/client.ts';
import {
  ApiError,
  NotFoundError,
  UnauthorizedError,
  UnavailableError,
  type UnprovenServerError,
  UnreachableError,
} from '../api/errors.ts';
import type { Endpoint } from '../api/request.ts';
import { InvalidServerAddressError, parseServerAddress, type ServerAddress } from '../api/serverAddress.ts';
import { endpointOf, findServer } from '../localServer/discovery.ts';
import type { Job, JobUpdate } from '../wire/job.ts';
import { exitCodes, FollowEndedError } from './exit.ts';
import type { Report } from './report.ts';

/** Which server is sent to. */
export interface ServerChoice {
  /** That of the local server, and where positions are kept. */
  readonly dataDirectory: string;
  /** Undefined: the local server of the data directory. */
  readonly named: { readonly address: ServerAddress; readonly key: string } | undefined;
}

/** A server that is away is waited for so long where following has an end, in ms. */
const patience = 60_000;
/** Between two tries, in ms. */
const pauses = { first: 200, longest: 5000 };

/** @throws FollowEndedError for an address that cannot be used */
export function namedServer(url: string, environment: NodeJS.ProcessEnv): ServerChoice['named'] {
  let address: ServerAddress;
  try {
    address = parseServerAddress(url);
  } catch (cause) {
    if (!(cause instanceof InvalidServerAddressError)) throw cause;
    throw new FollowEndedError(`--url: ${cause.message}`, exitCodes.usage, { cause });
  }
  const own = environment['TRAINING_PREDICTIONS_API_KEY'];
  const ofScripts = environment['FINETUNE_LAB_API_URL'];
  const isOfScripts = URL.canParse(ofScripts ?? '') && new URL(ofScripts ?? '').origin === address.origin;
  const key = own || (isOfScripts ? environment['FINETUNE_LAB_API_KEY'] : undefined);
  if (key) return { address, key };
  throw new FollowEndedError(
    `There is no key for ${address.host}: set TRAINING_PREDICTIONS_API_KEY, or FINETUNE_LAB_API_KEY together with FINETUNE_LAB_API_URL.`,
    exitCodes.usage,
  );
}

/** A job on a server, which may go away and come back meanwhile, at another address too. */
export class ServerJob {
  readonly jobId: string;
  readonly #choice: ServerChoice;
  readonly #report: Report;
  readonly #signal: AbortSignal;
  /** ms. */
  readonly #patience: number;
  #token: string | undefined;
  #reached: Endpoint | undefined;
  #waited = 0;

  /** @param once whether following ends by itself: then a server is not waited for without an end */
  constructor(jobId: string, choice: ServerChoice, how: { once: boolean; report: Report; signal: AbortSignal }) {
    this.jobId = jobId;
    this.#choice = choice;
    this.#report = how.report;
    this.#signal = how.signal;
    this.#patience = how.once ? patience : Number.POSITIVE_INFINITY;
  }

  /** How long all answers together were waited for, in ms. */
  get waited(): number {
    return this.#waited;
  }

  /** Asks the server for the first time, and does not wait for it. @throws FollowEndedError where it is not there */
  async reach(): Promise<{ edition: number; held: number | undefined }> {
    try {
      const client = new ApiClient(await this.#endpoint());
      await client.checkKey(this.#signal);
      return { edition: await editionOf(client, this.#signal), held: await heldRows(client, this.jobId, this.#signal) };
    } catch (error) {
      throw this.#told(error);
    }
  }

  /** What is known of the job; undefined where it is not among the newest ones. */
  async known(): Promise<Job | undefined> {
    const jobs = await this.#persistently((client) => client.jobs(this.#signal));
    return jobs.find(({ id }) => id === this.jobId);
  }

  async save(fields: Omit<JobUpdate, 'job_id'>): Promise<void> {
    const { job_token } = await this.#persistently((client) =>
      client.saveJob({ ...fields, job_id: this.jobId }, this.#signal),
    );
    this.#token = job_token;
  }

  /**
   * Sends with the job's own token.
   *
   * @throws ApiError that sending again would not change; FollowEndedError
   */
  async send<T>(request: (script: ApiClient) => Promise<T>): Promise<T> {
    for (let renewed = false; ; renewed = true) {
      if (this.#token === undefined) await this.save({});
      const token = this.#token ?? null;
      try {
        return await this.#persistently(({ endpoint }) => request(new ApiClient({ ...endpoint, key: token })));
      } catch (error) {
        if (error instanceof NotFoundError) {
          throw new FollowEndedError(
            `The job ${this.jobId} was deleted on the server; nothing more is sent.`,
            exitCodes.refused,
            { cause: error },
          );
        }
        // Tokens are others once the server's key was replaced.
        if (!(error instanceof UnauthorizedError) || renewed) throw this.#told(error);
        this.#token = undefined;
      }
    }
  }

  /** Asks until there is an answer, or patience is over. */
  async #persistently<T>(request: (client: ApiClient) => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await this.#untilAnswered(request, began);
    } finally {
      this.#waited += performance.now() - began;
    }
  }

  async #untilAnswered<T>(request: (client: ApiClient) => Promise<T>, began: number): Promise<T> {
    for (let pause = pauses.first; ; pause = Math.min(2 * pause, pauses.longest)) {
      try {
        return await request(new ApiClient(await this.#endpoint()));
      } catch (error) {
        const isAway = error instanceof UnreachableError || error instanceof UnavailableError;
        if (!isAway) throw error;
        if (performance.now() - began > this.#patience) throw this.#told(error);
        if (pause === pauses.longest / 5 || pause === 8 * pauses.first)
          this.#report.say(`${error.message} Waiting for it.`);
        const asked = error instanceof UnavailableError ? (error.retryAfter ?? 0) : 0;
        // A server that came back has another address, key and proof.
        if (error instanceof UnreachableError) this.#reached = undefined;
        await sleep(Math.max(pause, asked), undefined, { signal: this.#signal });
      }
    }
  }

  async #endpoint(): Promise<Endpoint> {
    this.#reached ??= await this.#find();
    return this.#reached;
  }

  async #find(): Promise<Endpoint> {
    const { dataDirectory, named } = this.#choice;
    if (named !== undefined) return endpointOf(dataDirectory, named.address, named.key);
    let problem: UnprovenServerError | undefined;
    const server = await findServer(dataDirectory, (unproven) => {
      problem = unproven;
    });
    if (server !== null) return server.endpoint;
    throw problem ?? new UnreachableError(`No server of ${dataDirectory} runs.`);
  }

  /** What a person is told of a request that failed for good. */
  #told(error: unknown): unknown {
    if (!(error instanceof ApiError)) return error;
    const isAway = error instanceof UnreachableError || error instanceof UnavailableError;
    if (!isAway && !(error instanceof UnauthorizedError)) return error;
    const advice =
      this.#choice.named === undefined && isAway
        ? ` Start one with: training-predictions-server --data-dir ${this.#choice.dataDirectory} (in VS Code: Start Local Server).`
        : '';
    return new FollowEndedError(error.message + advice, exitCodes.unreachable, { cause: error });
  }
}

/** 1 where a server does not say: FineTune Lab has no such route. */
async function editionOf(client: ApiClient, signal: AbortSignal): Promise<number> {
  try {
    return (await client.health(signal)).edition ?? 1;
  } catch (error) {
    const isAway = error instanceof UnreachableError || error instanceof UnavailableError;
    if (isAway || !(error instanceof ApiError)) throw error;
    return 1;
  }
}

/** How many rows the server has of the job; undefined where it has no such job. */
async function heldRows(client: ApiClient, jobId: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    return (await client.predictions(jobId, { limit: 1, offset: 0 }, signal)).total_count;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
