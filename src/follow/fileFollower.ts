import { type Cut, type Form, formOf, RowSource, shapeOf, start } from './files/fileRows.ts';
import { beginningOf, beginsWith, headOf, openRunFile, type RunFile, tailBefore } from './files/runFile.ts';
import { withStepOfState } from './files/stateStep.ts';
import type { Format, RowFile, ScoreConfig, Shape } from './formats/format.ts';
import { Numbering } from './numbering.ts';
import type { FilePosition, Positions } from './positions.ts';
import { identityOf } from './rowIds.ts';
import type { Sender } from './sender.ts';
import { type Making, placeOf, TakenRows } from './takenRows.ts';

/** What all files of a run share. */
export interface FollowedRun {
  readonly jobId: string;
  readonly format: Format;
  readonly positions: Positions;
  readonly sender: Sender;
  /** Following ends by itself: what has no end yet never will. */
  readonly once: boolean;
  /** Files that were followed and are there no more, by their path relative to the run's folder. */
  readonly gone: ReadonlyMap<string, FilePosition>;
  /** Aborted to stop in the middle of a file. */
  readonly signal: AbortSignal;
  /** Is told before rows are sent by which scores they are judged. */
  judge(config: ScoreConfig): Promise<void>;
}

/** A file that shrank is taken as it is after so long without a change, in ms. */
const quiet = 1000;

/** How a file is read, and what was seen of it up to its position. */
interface Context {
  readonly form: Form;
  readonly shape: Shape;
  readonly making: Making;
  /** The hash of what stood before the position when it was reached; empty before. */
  tail: string;
}

/** What is to be looked at again though nothing changes. */
export interface Visit {
  readonly waits: boolean;
}

const nothingMore: Visit = { waits: false };

/**
 * Follows one file. What was sent of it is known by a hash over the contents of its rows: a file that begins otherwise was
 * written anew, and its rows are the next revision of theirs; one that goes on is read on.
 */
export class FileFollower {
  readonly #run: FollowedRun;
  /** Where it is now. */
  readonly path: string;
  readonly #name: string;
  readonly #file: RowFile;
  /** What the server has answered for. */
  #position: FilePosition | undefined;
  #context: Context | undefined;
  /** What was seen last, since when, and whether it was read after a while without a change. */
  #seen = { size: -1, modified: -1, since: 0, wasRead: false, wasSettled: false };

  /** @param name the path relative to the run's folder */
  constructor(run: FollowedRun, path: string, name: string, file: RowFile) {
    this.#run = run;
    this.path = path;
    this.#name = name;
    this.#file = file;
    this.#position = run.positions.file(name);
  }

  /** Whether nothing more is to be read of the file when it is of this size, in bytes, and time, in ms since 1970. */
  isDone(size: number, modified: number): boolean {
    if (size === this.#position?.size && modified === this.#position.modified) return true;
    // It has no end yet, or none that can be read.
    const { wasRead, wasSettled, ...seen } = this.#seen;
    return wasRead && wasSettled && size === seen.size && modified === seen.modified;
  }

  /** Reads what is new, and sends it. @throws FollowEndedError, or what reading failed with */
  async visit(): Promise<Visit> {
    const file = await openRunFile(this.path);
    if (file === undefined) return nothingMore;
    try {
      return await this.#visit(file);
    } finally {
      await file.handle.close();
    }
  }

  async #visit(file: RunFile): Promise<Visit> {
    const { storedSize: size, modified } = file;
    if (this.isDone(size, modified)) return nothingMore;
    if (size !== this.#seen.size || modified !== this.#seen.modified) {
      this.#seen = { size, modified, since: performance.now(), wasRead: false, wasSettled: false };
    }
    const isSettled = this.#run.once || performance.now() - this.#seen.since >= quiet;
    if (this.#seen.wasRead && !isSettled) return { waits: true };
    Object.assign(this.#seen, { wasRead: true, wasSettled: isSettled });
    if (size === 0) return nothingMore;
    const cut = await this.#read(file, isSettled);
    if (cut === undefined) return nothingMore;
    // What is packed is written no more.
    const isFinal = this.#run.once || (isSettled && file.damage !== undefined);
    if (isFinal) this.#run.sender.refuse(this.#name, cut.line, cut.problem);
    return { waits: !isSettled };
  }

  async #read(file: RunFile, isSettled: boolean): Promise<Cut | undefined> {
    // Before its rows: if it is written anew while they are sent, it is not taken for what they were read of.
    const head = await headOf(file);
    const goesOn = await this.#goesOn(file, head);
    if (!goesOn) {
      this.#position ??= this.#adopted(head);
      this.#position ??= freshPosition(head, this.#name, 0);
      this.#context = await this.#begin(file, this.#position);
    }
    const [context, position] = [this.#context, this.#position];
    if (context === undefined || position === undefined) {
      return { line: null, problem: file.damage ?? 'nothing in it can be read' };
    }
    const source = new RowSource(file, context.form, this.#run.once);
    const taken = new TakenRows(context.making, position, goesOn);
    for await (const rows of source.rows(goesOn ? placeOf(position) : start)) {
      for (const row of rows) {
        if (!taken.take(row)) return this.#readAnew(file, head, isSettled);
        if (taken.isFull) await this.#send(taken);
        this.#run.signal.throwIfAborted();
      }
    }
    if (!taken.isKnown) {
      // It is shorter than it was: its writer may be about to write what stood there, and more.
      if (isSettled && file.damage === undefined) return this.#readAnew(file, head, isSettled);
      return { line: null, problem: file.damage ?? 'it became shorter' };
    }
    const tail = await tailBefore(file, taken.end);
    await this.#send(taken);
    await this.#run.sender.idle();
    context.tail = tail;
    this.#keepEnd(file, head, source.cut === undefined);
    return source.cut;
  }

  /** Whether the file is the one that was read, with more at its end. */
  async #goesOn(file: RunFile, head: Buffer): Promise<boolean> {
    const [position, context] = [this.#position, this.#context];
    if (position === undefined || context?.form !== 'lines' || file.size < position.offset) return false;
    return beginsWith(head, position.beginning) && (await tailBefore(file, position.offset)) === context.tail;
  }

  /** A file that is gone and begins as this one does was renamed: its rows are known under its first path. */
  #adopted(head: Buffer): FilePosition | undefined {
    for (const [name, position] of this.#run.gone) {
      if (position.rows === 0 || !beginsWith(head, position.beginning)) continue;
      this.#run.positions.rename(name, this.#name);
      return this.#run.positions.file(this.#name);
    }
    return undefined;
  }

  async #begin(file: RunFile, { identity, revision, columns }: FilePosition): Promise<Context | undefined> {
    const { jobId, format, positions } = this.#run;
    const form = await formOf(file, this.#file.reading);
    if (form === undefined) return undefined;
    const shape = format.readsColumns ? await shapeOf(file, form) : { columns: [] };
    if (shape === undefined) return undefined;
    // Rows that come later may have more columns; the same ones are understood alike.
    const known = columns === undefined || columns.length === 0 ? shape : { ...shape, columns };
    const making = {
      maker: format.maker(await withStepOfState(this.#file), known),
      numbering: new Numbering(positions),
      identity: identityOf(jobId, identity, revision),
      revision: revision + (this.#file.revision ?? 0),
    };
    return { form, shape: known, making, tail: '' };
  }

  /** The file is another one than rows were sent of: all of it is the next revision. */
  async #readAnew(file: RunFile, head: Buffer, isSettled: boolean): Promise<Cut | undefined> {
    const { identity = this.#name, revision = -1 } = this.#position ?? {};
    this.#context = undefined;
    this.#position = freshPosition(head, identity, revision + 1);
    return this.#read(file, isSettled);
  }

  async #send(taken: TakenRows): Promise<void> {
    const { rows, taken: to } = taken.cutOff();
    if (rows.length === 0) return;
    const { format, sender, positions } = this.#run;
    const predictions = rows.flatMap(({ line, prediction }) =>
      prediction === undefined ? [] : [{ prediction, line, file: this.#name }],
    );
    const scores = predictions[0]?.prediction['scores'];
    if (typeof scores === 'object' && scores !== null) await this.#run.judge(format.judging(Object.keys(scores)));
    // Kept before it is sent, and while the batch before may still be under way.
    this.#keep({ sending: { rows: to.rows, chain: to.chain } });
    positions.commit();
    await sender.send(predictions, () => {
      const sending = this.#position?.sending ?? null;
      this.#keep({ ...to, sending: sending !== null && sending.rows > to.rows ? sending : null });
    });
    for (const { line, refused } of rows) if (refused !== undefined) sender.refuse(this.#name, line, refused);
  }

  #keepEnd(file: RunFile, head: Buffer, isWhole: boolean): void {
    const columns = [...(this.#context?.shape.columns ?? [])];
    const { storedSize, modified } = isWhole ? file : { storedSize: -1, modified: -1 };
    this.#keep({ size: storedSize, modified, beginning: beginningOf(head), columns });
    this.#run.positions.commit();
  }

  #keep(change: Partial<FilePosition>): void {
    if (this.#position === undefined) return;
    this.#position = { ...this.#position, ...change };
    this.#run.positions.setFile(this.#name, this.#position);
  }
}

function freshPosition(head: Buffer, identity: string, revision: number): FilePosition {
  const none = { rows: 0, offset: 0, line: 0, chain: '', sending: null, size: -1, modified: -1 };
  return { identity, revision, ...none, beginning: beginningOf(head) };
}
