/** What was left out of files or changed on the way, so that nobody has to guess it. Each is told once, with a count. */
export type Note =
  /** The end of a file is not there: what is whole was taken. */
  | { readonly kind: 'cut'; readonly file: string; readonly line: number | null }
  /** The file grew after it was looked at: what came later is not in the job. */
  | { readonly kind: 'grew'; readonly file: string }
  /** A file of a folder that holds no predictions, or none that can be placed. */
  | {
      readonly kind: 'skipped';
      readonly file: string;
      readonly reason: 'columns' | 'step' | 'unreadable';
      /** Why it cannot be read. */
      readonly detail?: string;
    }
  /** NaN and infinities, which are null now. */
  | { readonly kind: 'notFinite'; readonly count: number }
  /** Values that do not fit the field that their column is named after: they are kept as `original_…`. */
  | { readonly kind: 'keptAside'; readonly column: string; readonly count: number; readonly example: string }
  /** Rows whose answer was null. */
  | { readonly kind: 'emptyAnswers'; readonly count: number }
  /** Rows of a log that tells a batch of one step again. */
  | { readonly kind: 'toldAgain'; readonly count: number }
  /** Rows of one sample that stand one behind the other, in a table that tells neither epoch nor step. */
  | { readonly kind: 'completions'; readonly count: number }
  /** Lines of a harness that say the same answer through several filters. */
  | { readonly kind: 'filters'; readonly lines: number; readonly filters: readonly string[] }
  /** A column whose name is nearly that of a field: it is kept under its own. */
  | { readonly kind: 'misspelt'; readonly column: string; readonly field: string }
  /** `id` counts or names rows: samples are numbered by their prompts. */
  | { readonly kind: 'rowIds'; readonly column: string };

/** Gathers notes while files are read. */
export class Notes {
  readonly #once: Note[] = [];
  readonly #aside = new Map<string, { count: number; example: string }>();
  #notFinite = 0;
  #emptyAnswers = 0;
  #toldAgain = 0;

  add(note: Note): void {
    this.#once.push(note);
  }

  notFinite(count: number): void {
    this.#notFinite += count;
  }

  emptyAnswer(): void {
    this.#emptyAnswers += 1;
  }

  toldAgain(count: number): void {
    this.#toldAgain += count;
  }

  keptAside(column: string, example: string): void {
    const known = this.#aside.get(column);
    if (known === undefined) this.#aside.set(column, { count: 1, example });
    else known.count += 1;
  }

  get all(): Note[] {
    const counted: Note[] = [...this.#aside].map(([column, told]) => ({ kind: 'keptAside', column, ...told }));
    if (this.#notFinite > 0) counted.push({ kind: 'notFinite', count: this.#notFinite });
    if (this.#emptyAnswers > 0) counted.push({ kind: 'emptyAnswers', count: this.#emptyAnswers });
    if (this.#toldAgain > 0) counted.push({ kind: 'toldAgain', count: this.#toldAgain });
    return [...this.#once, ...counted];
  }
}
