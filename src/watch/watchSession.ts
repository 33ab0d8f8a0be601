import type { EventSourceMessage } from 'eventsource-parser';
import { ApiClient } from '../api/client.ts';
import { NotFoundError, UnauthorizedError, UnavailableError, UnreachableError } from '../api/errors.ts';
import type { Endpoint } from '../api/request.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import { believed } from '../stream/backoff.ts';
import { Connection } from '../stream/connection.ts';
import type { ConnectionEvent, ConnectionState, Policy } from '../stream/connectionState.ts';
import { isActive, type Job } from '../wire/job.ts';
import type { Prediction } from '../wire/prediction.ts';
import { catchUp, type Outcome } from './catchUp.ts';
import { readEvent, UnreadableEventError, type WatchEvent } from './events.ts';
import { HeldRows } from './heldRows.ts';
import { JobLife } from './jobLife.ts';
import { type JudgementStorage, Judging } from './judging.ts';
import { Listeners } from './listeners.ts';
import type { Log } from './log.ts';
import { PageReader } from './pageReader.ts';
import { ProofReasons } from './proofReasons.ts';
import { ProofRunner } from './proofRunner.ts';
import { CheckpointRoute } from './reading/checkpointRoute.ts';
import { spillOptions, type TextStorage } from './textStorage.ts';
import type { Unreadable } from './unreadable.ts';

/** A proof that failed or did not come out is tried again after this, in ms. */
const proofRetryDelay = 5000;
/** A proof that learned nothing for so long hangs on a dead connection; a live stream starts it anew. In ms. */
const stuckAfter = 5000;

export interface WatchOptions {
  jobId: string;
  /** The server's address and key as they are now; throws ApiError when there is none. */
  endpoint(): Promise<Endpoint>;
  policy(): Policy;
  log: Log;
  /** The stream told something new of the job. */
  jobChanged(job: Job): void;
  /** Where the reader's choice of a deciding score is kept; undefined keeps it as long as the watch. */
  judgement?: JudgementStorage | undefined;
  /** Where texts go that are too much for the memory; undefined keeps all there. */
  texts?: TextStorage | undefined;
}

/** `rows`: the store has more, or other, rows. `status`: anything else that a view shows. */
export type WatchChange = 'rows' | 'status';

/** Follows one job: owns its connection and its predictions, and keeps them equal to the server's. */
export class WatchSession {
  readonly jobId: string;
  /** By which score answers are better or worse. */
  readonly judging: Judging;
  readonly #options: WatchOptions;
  readonly #rows: HeldRows;
  readonly #connection: Connection;
  readonly #proofs: ProofRunner;
  readonly #reasons: ProofReasons;
  readonly #life = new JobLife();
  readonly #changes = new Listeners<WatchChange>();
  readonly onDidChange = this.#changes.event;

  readonly #pages = new PageReader();
  readonly #checkpoints = new CheckpointRoute();
  #restProblem: Error | null = null;
  /** Grows whenever events may have been missed. */
  #gaps = 0;
  #lastProgress = 0;
  #proven = 0;
  #caughtUp = false;
  #onServer: number | null = null;
  #lastArrival: number | null = null;
  #jobEnded = false;
  #wasGone = false;

  constructor(options: WatchOptions) {
    this.jobId = options.jobId;
    this.#options = options;
    this.#rows = new HeldRows(
      options,
      spillOptions(options, () => this.#readTextsAgain()),
    );
    this.judging = new Judging(this.#rows.store, options.judgement, () => this.#changes.fire('rows'));
    this.#proofs = new ProofRunner((signal) => this.#prove(signal));
    this.#reasons = new ProofReasons(this.#proofs, {
      held: () => this.#rows.count,
      mayRead: () => this.#mayRead(),
      gapFound: () => {
        this.#caughtUp = false;
      },
    });
    this.#connection = new Connection({
      policy: options.policy,
      open: async (lastEventId, signal) =>
        new ApiClient(await options.endpoint()).openStream(options.jobId, lastEventId, signal),
      received: (event) => this.#received(event),
      changed: () => this.#connectionChanged(),
      catchUp: () => this.#readAfresh(),
      poll: () => this.#readAfresh(),
    });
  }

  get store(): PredictionStore {
    return this.#rows.store;
  }

  /** What was not shown because this version cannot read it. */
  get unreadable(): Unreadable {
    return this.#rows.unreadable;
  }

  get connection(): ConnectionState {
    return this.#connection.state;
  }

  /** When the last byte of the stream came, in ms since 1970. */
  get lastByteAt(): number | null {
    return this.#connection.lastByteAt;
  }

  /** What went wrong last and is not mended yet. */
  get problem(): Error | null {
    return this.#connection.problem ?? this.#restProblem;
  }

  /** Proven: what is held is what the server has. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** The server's last word on its count; null before it gave one. */
  get onServer(): number | null {
    return this.#onServer;
  }

  /** When the last prediction arrived over the stream, in ms since 1970. */
  get lastArrival(): number | null {
    return this.#lastArrival;
  }

  /** The first snapshot or a proof is being read. */
  get loading(): boolean {
    return this.#proofs.running;
  }

  start(hasKey: boolean): void {
    this.#connection.dispatch({ type: 'start', hasKey });
  }

  /** Pauses, resumes, reconnects and the like. */
  dispatch(event: ConnectionEvent): void {
    this.#connection.dispatch(event);
  }

  /** Ends the watch; nothing of it remains. */
  dispose(): void {
    this.#changes.clear();
    this.#connection.dispatch({ type: 'stop' });
    this.store.dispose();
  }

  /** Empties the store: what it holds is of another life of the job, or of another server. */
  forget(): void {
    this.#endProofs();
    this.#rows.clear();
    this.#checkpoints.forget();
    this.#connection.forgetPlace();
    this.#onServer = null;
    this.#lastArrival = null;
    this.#caughtUp = false;
    this.#changes.fire('rows');
  }

  /** The server still has what the disk has lost. */
  #readTextsAgain(): void {
    const { name } = this.#connection.state;
    if (name === 'idle' || !this.store.isDamaged) return;
    this.#options.texts?.tell(
      `The file with the texts of ${this.jobId} could not be read. The job is read again from its server.`,
    );
    this.forget();
    if (name !== 'paused' && name !== 'signedOut' && name !== 'gone') this.#connection.dispatch({ type: 'reconnect' });
  }

  /** What a listing or an event says of the job. A job that ended is finished once everything it has is held. */
  setJob(job: Job): void {
    const firstRow = this.store.size === 0 ? undefined : this.store.table.created(0);
    if (this.#life.isCreatedAnew(job.created_at ?? undefined, firstRow)) this.#beginNewLife();
    if (job.config !== undefined) this.judging.setConfig(job.config);
    const ended = !isActive(job.status);
    if (ended === this.#jobEnded) return;
    this.#jobEnded = ended;
    if (!ended) this.#connection.dispatch({ type: 'jobResumed' });
    else if (this.#mayRead()) this.#proofs.request();
  }

  async #prove(signal: AbortSignal): Promise<void> {
    this.#changes.fire('status');
    const gaps = this.#gaps;
    this.#lastProgress = performance.now();
    let outcome: Outcome = 'different';
    let problem: Error | null = null;
    try {
      outcome = await this.#catchUp(signal);
    } catch (error) {
      problem = error instanceof Error ? error : new Error(String(error));
    }
    if (signal.aborted) return;
    if (outcome === 'replaced') {
      this.#options.log.info(`${this.jobId}: the server has another life of this job`);
      this.#beginNewLife();
      return;
    }
    // What came while the stream was away may have come after it was counted.
    const complete = outcome === 'equal' && gaps === this.#gaps;
    const retryAfter = problem instanceof UnavailableError ? problem.retryAfter : null;
    this.#proven += 1;
    if (retryAfter !== null) this.#proofs.holdOff(believed(retryAfter));
    this.#caughtUp = complete;
    this.#restProblem = problem;
    if (problem !== null) this.#options.log.warn(`${this.jobId}: reading failed (${problem.message})`);
    if (problem instanceof UnauthorizedError) this.dispatch({ type: 'refused' });
    else if (problem instanceof NotFoundError) this.dispatch({ type: 'missing' });
    else this.dispatch({ type: 'polled', succeeded: problem === null, retryAfter });

    if (!complete) this.#proofs.requestLater(proofRetryDelay, () => !this.#caughtUp && this.#mayRead());
    else if (this.#jobEnded && !this.#proofs.wanted) this.dispatch({ type: 'jobEnded' });
    else this.#proveNowAndThen();
    this.#changes.fire('status');
  }

  async #catchUp(signal: AbortSignal): Promise<Outcome> {
    const client = new ApiClient(await this.#options.endpoint());
    return catchUp(
      {
        epochs: (aborted) => client.epochs(this.jobId, aborted),
        page: (query, aborted) =>
          this.#pages.read(query, (fitting) => client.predictions(this.jobId, fitting, aborted), aborted),
        checkpoints: (aborted) => this.#checkpoints.read(() => client.checkpoints(this.jobId, aborted)),
      },
      {
        counts: () => this.#rows.byEpoch(),
        bySample: (epoch, step) => this.#rows.bySample(epoch, step),
        count: () => this.#rows.count,
        sequences: this.#rows.sequences,
        take: (rows, epoch) => this.#take(rows, epoch),
        learned: (total) => this.#learn(total),
      },
      signal,
    );
  }

  /**
   * A server without ids may lose an event with nothing to tell of it: its own subscription begins after `connected`,
   * and no event need follow. So what is held is compared from time to time.
   */
  #proveNowAndThen(): void {
    if (this.#life.isNamed || this.#connection.state.name !== 'live') return;
    const proven = this.#proven;
    const isDue = () => proven === this.#proven && this.#connection.state.name === 'live';
    this.#proofs.requestLater(this.#options.policy().pollInterval, isDue);
  }

  #endProofs(): void {
    this.#proofs.end();
    this.#reasons.clear();
  }

  /** Nothing is read for a watch that is paused, signed out or over, or whose server is away. */
  #mayRead(): boolean {
    const { name } = this.#connection.state;
    return name === 'live' || name === 'polling';
  }

  #connectionChanged(): void {
    const { name } = this.#connection.state;
    // Whatever interrupts the stream may have swallowed events.
    if (name !== 'live' && name !== 'polling' && name !== 'finished') {
      this.#caughtUp = false;
      this.#gaps += 1;
      // A proof outlives its stream: against a server that closes every few seconds none would come to its end.
      if (name !== 'connecting' && name !== 'waiting') this.#endProofs();
    }
    if (name === 'gone') this.#wasGone = true;
    this.#options.log.info(`${this.jobId}: ${name}${this.problem === null ? '' : ` (${this.problem.message})`}`);
    this.#changes.fire('status');
  }

  /** A job that was gone and is there again has been made anew. */
  #readAfresh(): void {
    if (this.#wasGone) this.forget();
    this.#wasGone = false;
    if (this.#proofs.running && performance.now() - this.#lastProgress > stuckAfter) this.#endProofs();
    this.#proofs.request();
  }

  #received(message: EventSourceMessage): void {
    let event: WatchEvent;
    try {
      event = readEvent(message);
    } catch (error) {
      if (!(error instanceof UnreadableEventError)) throw error;
      if (this.unreadable.note(error.event)) this.#options.log.warn(`${this.jobId}: ${error.message}`);
      this.#reasons.unreadable();
      return;
    }
    this.#handle(event);
  }

  #handle(event: WatchEvent): void {
    switch (event.type) {
      case 'connected':
        if (event.heartbeat !== null) this.dispatch({ type: 'heartbeatInterval', interval: event.heartbeat });
        if (event.incarnation !== null && this.#life.isAnother(event.incarnation)) this.#beginNewLife();
        break;
      case 'prediction':
        this.dispatch({ type: 'delivered' });
        this.#add(event.prediction, event.totalCount);
        break;
      case 'heartbeat':
        this.dispatch({ type: 'delivered' });
        break;
      case 'serverError':
        // Its heartbeats may go on, yet no prediction would come any more.
        this.#proofs.request();
        this.#connection.dispatchFailure(
          new UnreachableError('The server can no longer tell of new predictions on this connection.'),
          { type: 'interrupted', retryAfter: null },
        );
        break;
      case 'job':
        this.#options.jobChanged(event.job);
        this.setJob(event.job);
        break;
      case 'jobDeleted':
      case 'other':
        break;
    }
  }

  #beginNewLife(): void {
    this.forget();
    if (this.#mayRead()) this.#proofs.request();
  }

  #add(row: Prediction, totalCount: number | null): void {
    this.#lastArrival = Date.now();
    const unreadable = this.unreadable.rows;
    const isNew = this.#rows.add(row);
    if (totalCount === null) this.#reasons.countless();
    else this.#count(totalCount);
    if (isNew) this.#changes.fire('rows');
    else if (unreadable !== this.unreadable.rows) this.#changes.fire('status');
  }

  #count(total: number): void {
    this.#onServer = Math.max(this.#onServer ?? 0, total, this.#rows.count);
    this.#reasons.counted(total);
  }

  #learn(total: number): void {
    this.#lastProgress = performance.now();
    this.#onServer = Math.max(total, this.#rows.count);
    this.#changes.fire('status');
  }

  #take(rows: unknown[], epoch: number | null): void {
    this.#lastProgress = performance.now();
    this.#rows.take(rows, epoch);
    this.#changes.fire('rows');
  }
}
