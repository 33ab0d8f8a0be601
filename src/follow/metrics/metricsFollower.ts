import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as Type from 'typebox';
import { RejectedError } from '../../api/errors.ts';
import { isObject } from '../../tables/rows.ts';
import { stepsToField } from '../../wire/depth.ts';
import { type Metric, metricType } from '../../wire/metric.ts';
import { readJson } from '../../wire/pythonJson.ts';
import { SchemaError, schema } from '../../wire/schema.ts';
import { linesOf } from '../files/lines.ts';
import { type Beginning, beginningOf, beginsWith, bytesOf, headOf, isGone, openRunFile } from '../files/runFile.ts';
import type { Format } from '../formats/format.ts';
import type { Positions } from '../positions.ts';
import { hashOf } from '../rowIds.ts';
import type { Sender } from '../sender.ts';
import type { ServerJob } from '../serverJob.ts';
import { deeperLogs, type LineLog, type LoggedLine, lineLogs, verlLog } from './lineLogs.ts';
import { isTrainerState, parseTrainerState, type TrainerState } from './trainerState.ts';

/** Metrics that are sent at once. */
const batchSize = 500;
/** A larger file is none of these, in bytes. */
const largest = 256 * 1024 * 1024;
/** Rows that are this much younger than the state of a training are of one that goes on, in ms. */
const youngerRows = 10_000;

const pendingBatch = schema(Type.Object({ key: Type.String(), metrics: Type.Array(metricType) }));

/** Follows what a Trainer logs beside the rows, and knows when it is done. */
export class MetricsFollower {
  readonly #folder: string;
  readonly #job: ServerJob;
  readonly #positions: Positions;
  readonly #sender: Sender;
  readonly #logs: readonly LineLog[];
  /** By name: as they were read last. */
  readonly #read = new Map<string, { size: number; modified: number }>();
  /** Of logs by lines, by name: how far they were read. */
  readonly #places = new Map<string, { offset: number; line: number; beginning: Beginning }>();
  #newest: { state: TrainerState; modified: number } | undefined;

  /** @param format the run's: names of logs may mean something else in another's */
  constructor(folder: string, format: Format, job: ServerJob, positions: Positions, sender: Sender) {
    this.#folder = folder;
    this.#logs = format.name === 'verl' ? [...lineLogs, verlLog] : lineLogs;
    this.#job = job;
    this.#positions = positions;
    this.#sender = sender;
  }

  /** Reads what is new, and sends it. @throws FollowEndedError */
  async visit(): Promise<void> {
    await this.#sendPending();
    const found: { state: TrainerState; modified: number }[] = [];
    for (const name of await this.#files()) {
      const log = this.#logs.find((one) => one.isOne(name));
      if (log !== undefined) await this.#readLog(name, log);
      else {
        const read = await this.#state(name);
        if (read !== undefined) found.push(read);
      }
    }
    found.sort((a, b) => a.modified - b.modified);
    for (const { state } of found) await this.#sendMetrics(state.metrics, 'trainer_state.json');
    const last = found.at(-1);
    if (last === undefined || last.modified < (this.#newest?.modified ?? 0)) return;
    this.#newest = last;
    await this.#job.save(last.state.progress);
  }

  /** Whether the training came to its last step. @param newestRows when rows were written last, in ms since 1970 */
  hasEnded(newestRows: number): boolean {
    if (this.#newest === undefined) return false;
    const { state, modified } = this.#newest;
    return state.lastStep > 0 && state.step >= state.lastStep && newestRows - modified < youngerRows;
  }

  async #files(): Promise<string[]> {
    const entries = await this.#entriesOf('');
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/trainer_state.json` : entry.name));
    if (this.#logs.includes(verlLog)) {
      for (const { name } of entries.filter((entry) => entry.isDirectory())) {
        for (const inner of await this.#entriesOf(name)) if (inner.isFile()) names.push(`${name}/${inner.name}`);
      }
    }
    names.push(...deeperLogs);
    return names.filter((name) => isTrainerState(name) || this.#logs.some((log) => log.isOne(name)));
  }

  async #entriesOf(name: string): Promise<Dirent[]> {
    return readdir(join(this.#folder, name), { withFileTypes: true }).catch((error: unknown) => {
      if (isGone(error)) return [];
      throw error;
    });
  }

  /** Sends the lines that are new. A log that begins otherwise is read anew: what it logs again is known. */
  async #readLog(name: string, log: LineLog): Promise<void> {
    const file = await openRunFile(join(this.#folder, name));
    if (file === undefined) return;
    try {
      const { size, modified } = file;
      const before = this.#read.get(name);
      if (before?.size === size && before.modified === modified) return;
      const known = this.#places.get(name);
      // Before its lines: it may be written anew while they are sent.
      const head = await headOf(file);
      const goesOn = known !== undefined && size >= known.offset && beginsWith(head, known.beginning);
      let place = goesOn ? known : { offset: 0, line: 0 };
      let progress: LoggedLine['progress'] | undefined;
      for await (const lines of linesOf(file, place)) {
        const read: LoggedLine[] = [];
        for (const { text, isEnded, number, end } of lines) {
          const cells = objectOf(text);
          // The last line may be half of one.
          if (!isEnded && cells === undefined) break;
          const line = cells === undefined ? undefined : log.read(cells);
          if (line !== undefined) read.push(line);
          place = { offset: end, line: number };
        }
        await this.#sendMetrics(
          read.map(({ metric }) => metric),
          name,
        );
        progress = read.at(-1)?.progress ?? progress;
      }
      this.#read.set(name, { size, modified });
      this.#places.set(name, { ...place, beginning: beginningOf(head, place.offset) });
      if (progress !== undefined) await this.#job.save(progress);
    } finally {
      await file.handle.close();
    }
  }

  /** Undefined for what was read already, or is not whole. */
  async #state(name: string): Promise<{ state: TrainerState; modified: number } | undefined> {
    const file = await openRunFile(join(this.#folder, name));
    if (file === undefined) return undefined;
    try {
      const { size, modified } = file;
      const before = this.#read.get(name);
      if ((before?.size === size && before.modified === modified) || size > largest) return undefined;
      const state = parseTrainerState((await bytesOf(file, 0, size)).toString('utf8'));
      if (state === undefined) return undefined;
      this.#read.set(name, { size, modified });
      return { state, modified };
    } finally {
      await file.handle.close();
    }
  }

  /** @param name of the file that tells them */
  async #sendMetrics(metrics: readonly Metric[], name: string): Promise<void> {
    const known = new Set<string>();
    const fresh = metrics.flatMap((metric) => {
      const entry = hashOf(JSON.stringify(metric));
      if (known.has(entry) || this.#positions.isLogged(entry)) return [];
      known.add(entry);
      return [{ metric, entry }];
    });
    for (let at = 0; at < fresh.length; at += batchSize) {
      const batch = fresh.slice(at, at + batchSize);
      const sent = batch.map(({ metric }) => metric);
      const key = hashOf(JSON.stringify([this.#job.jobId, sent]));
      const entries = batch.map(({ entry }) => entry);
      this.#positions.setPending(JSON.stringify({ key, metrics: sent }), entries);
      await this.#sendPending(name);
    }
  }

  /** Metrics have no ids: a batch is kept until it is answered, and sent again as it was under its key. */
  async #sendPending(name = 'metrics'): Promise<void> {
    const text = this.#positions.pending();
    if (text === undefined) return;
    const { key, metrics } = pendingBatch.parse(JSON.parse(text));
    try {
      await this.#job.send((script) => script.sendMetrics(this.#job.jobId, metrics, key));
    } catch (error) {
      if (!(error instanceof RejectedError)) throw error;
      this.#sender.refuse(name, null, `metrics of ${metrics.length} steps: ${error.said}`);
    }
    this.#positions.setSent();
  }
}

/** Undefined for what is no JSON object, as the half of one. */
function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const { value } = readJson(text, stepsToField.ofRow);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof SchemaError) return undefined;
    throw error;
  }
}
