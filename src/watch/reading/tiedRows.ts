import { maxPageSize } from '../../wire/responses.ts';
import { type Run, runsOf } from './groups.ts';
import type { JobReading } from './jobReading.ts';

/** A list as the server pages it. */
export interface TiedList {
  /** An epoch, a step of one, or the whole job. */
  readonly epoch?: number;
  readonly step?: number;
  /** How many rows the server counted in it. */
  readonly count: number;
  /** How many of them are not held. */
  lacking(): number;
}

/** A group whose end is not known yet. */
interface OpenGroup {
  readonly epoch: number;
  readonly sample: number;
  /** In the list. */
  readonly start: number;
  /** Its rows came in one page. */
  isWhole: boolean;
}

/** A group that no page holds is given up for this time once so many times its rows were read and none was new. */
const patience = 4;

/**
 * A list from some place on, group by group: pages begin and end where groups do, and a page that holds a whole group holds
 * all of its rows, in whatever order they come.
 */
export class TiedRows {
  readonly #reading: JobReading;
  readonly #list: TiedList;
  #at: number;
  #limit: number;
  /** The last group of the page before, which seemed to end with it. */
  #open: OpenGroup | undefined;
  /** Rows of the largest group of a page, of which most are alike. */
  #usual = 0;

  /** @param at where a group begins */
  constructor(reading: JobReading, list: TiedList, at = 0) {
    this.#reading = reading;
    this.#list = list;
    this.#at = at;
    // Where groups cannot be told, the pages of each round have other bounds.
    this.#limit = maxPageSize - ((reading.round * 137) % maxPageSize);
  }

  /** All groups before this place of the list were read. */
  get settled(): number {
    return this.#open?.start ?? this.#at;
  }

  /** Reads on until all is held that was counted, or the list ends. */
  async readAll(): Promise<void> {
    const isInside = () => this.#at < this.#list.count + this.#reading.grown;
    while (this.#list.lacking() > 0 && isInside()) if (!(await this.readPage())) return;
    if (this.#open !== undefined && this.#list.lacking() > 0) await this.#complete(this.#open, this.#at);
  }

  /** @returns false where the list ends */
  async readPage(): Promise<boolean> {
    const start = this.#at;
    const rows = await this.#read(start, this.#limit);
    this.#at += rows.length;
    const [first, ...others] = runsOf(rows) ?? [];
    const open = this.#open;
    if (first === undefined) {
      this.#open = undefined;
      this.#limit = maxPageSize;
      if (open !== undefined && rows.length === 0) await this.#complete(open, start);
      return rows.length > 0;
    }
    const continues = open?.sample === first.sample && open.epoch === first.epoch;
    if (open !== undefined && continues) {
      open.isWhole = false;
      if (others.length === 0) return true;
      await this.#complete(open, start + first.length);
    } else if (open !== undefined) await this.#complete(open, start);
    this.#goOn(start, continues ? others : [first, ...others]);
    return true;
  }

  /** Chooses the next page by the groups that begin in this one. */
  #goOn(start: number, runs: readonly Run[]): void {
    const last = runs.at(-1);
    if (last === undefined) return;
    if (runs.length > 1) this.#usual = Math.max(...runs.slice(0, -1).map(({ length }) => length));
    const isCut = last.start > 0 && last.length < this.#usual && this.#usual <= maxPageSize;
    this.#at = start + last.start + (isCut ? 0 : last.length);
    this.#open = isCut ? undefined : { ...last, start: start + last.start, isWhole: true };
    this.#limit = maxPageSize;
    if (this.#usual > 0 && this.#usual <= maxPageSize) this.#limit -= maxPageSize % this.#usual;
  }

  /** Reads a group of which no page had all rows, now that its end is known. */
  async #complete(group: OpenGroup, end: number): Promise<void> {
    const size = end - group.start;
    this.#usual = Math.max(this.#usual, size);
    if (!group.isWhole) await this.#readAgain(group, size);
  }

  /** In random order each page of a part of it has some of what is missing; where the order is steady, it was read. */
  async #readAgain({ epoch, sample, start }: OpenGroup, size: number): Promise<void> {
    const { holdings, round } = this.#reading;
    let lacking = size - (holdings.bySample(epoch, this.#list.step).get(sample) ?? 0);
    let inVain = 0;
    let most = maxPageSize;
    for (let visit = round * 1000; lacking > 0 && inVain < patience * size; visit += 1) {
      const before = this.#list.lacking();
      if (before === 0) return;
      // Where the order depends on the page's bounds alone, no two pages have the same ones.
      const limit = size > most ? most - (visit % Math.ceil(most / 10)) : size;
      const rows = await this.#read(start + ((visit * 389) % (size - limit + 1)), limit);
      if (rows.length === 0 || rows.length >= size) return;
      if (rows.length < limit) most = rows.length;
      const gained = before - this.#list.lacking();
      lacking -= gained;
      inVain = gained > 0 ? 0 : inVain + rows.length;
    }
  }

  async #read(offset: number, limit: number): Promise<unknown[]> {
    const { epoch, step } = this.#list;
    const rows = await this.#reading.page({
      ...(epoch !== undefined && { epoch }),
      ...(step !== undefined && { step }),
      limit,
      offset,
    });
    await this.#reading.take(rows, epoch ?? null);
    return rows;
  }
}
