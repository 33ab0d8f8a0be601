/**
 * Tells one life of a job from the next: a job that was deleted and made again under its id is another one, and what is
 * held of the former exists no more.
 */
export class JobLife {
  #incarnation: string | undefined;
  #createdAt: string | undefined;

  /** The server names its lives, as ours does. */
  get isNamed(): boolean {
    return this.#incarnation !== undefined;
  }

  /** @returns whether another life has begun */
  isAnother(incarnation: string): boolean {
    const known = this.#incarnation;
    this.#incarnation = incarnation;
    return known !== undefined && known !== incarnation;
  }

  /**
   * The same by what a listing says of a job, for servers that name no lives.
   *
   * @param firstRow when the first row that is held was made; undefined where none is
   */
  isCreatedAnew(createdAt: string | undefined, firstRow: string | undefined): boolean {
    const known = this.#createdAt;
    this.#createdAt = createdAt ?? known;
    if (createdAt === undefined || this.isNamed) return false;
    // Of a job that was made anew before a listing told of it, rows are older than the job.
    if (known === undefined) return firstRow !== undefined && Date.parse(firstRow) < Date.parse(createdAt);
    return known !== createdAt;
  }
}
