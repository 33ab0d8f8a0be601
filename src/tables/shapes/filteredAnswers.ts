import { type Mapping, plain } from '../columns.ts';
import type { Notes } from '../notes.ts';
import { isObject, type TableRow } from '../rows.ts';
import { metricNames } from './harness.ts';

type Cells = Readonly<Record<string, unknown>>;

/** What another filter made of the same reply. */
interface Filtered {
  readonly answer: unknown;
  readonly metrics: Readonly<Record<string, number | boolean | null>>;
}

/**
 * lm-evaluation-harness writes a line per document and filter, of one and the same reply: `"filter": "strict-match"` and
 * `"flexible-extract"`. They are one prediction, with each filter's metrics under its name, as the harness itself calls
 * them: `exact_match,strict-match`. Older versions do not say which filter a line is of; the documents just come again.
 */
export class FilteredAnswers {
  readonly #id: string | undefined;
  readonly #isLog: boolean;
  /** In the first reading: the filters in their order. */
  readonly #filters: string[] = [];
  /** By document and how often it came, what the filters behind the first made of it. */
  readonly #others = new Map<string, Map<string, Filtered>>();
  #lines = 0;
  #times = new Map<string, number>();
  #isSecond = false;
  /** Documents of the first filter, in this reading. */
  #known = new Set<string>();

  constructor({ roles }: Mapping) {
    this.#id = roles.sample_index;
    this.#isLog = roles.prediction !== undefined && plain(roles.prediction) === 'filteredresps';
  }

  beginSecondReading(notes: Notes): void {
    this.#isSecond = true;
    this.#times = new Map();
    this.#known = new Set();
    if (this.#filters.length > 1) notes.add({ kind: 'filters', lines: this.#lines, filters: this.#filters });
  }

  /** @returns undefined for a line that is told by that of the first filter */
  take(row: TableRow): TableRow | undefined {
    if (!this.#isLog || this.#id === undefined) return row;
    const document = JSON.stringify([row.cells[this.#id]]);
    const named = row.cells['filter'];
    const counted = `${typeof named === 'string' ? named : ''} ${document}`;
    const count = (this.#times.get(counted) ?? 0) + 1;
    this.#times.set(counted, count);
    const filter = typeof named === 'string' ? named : numberedFilter(count);
    const key = `${typeof named === 'string' ? count : 1} ${document}`;
    if (!this.#isSecond && !this.#filters.includes(filter)) this.#filters.push(filter);
    if (filter === this.#filters[0]) {
      this.#known.add(key);
      return this.#isSecond ? this.#withOthers(row, key, filter) : row;
    }
    // A document that the first filter said nothing of stands for itself.
    if (!this.#known.has(key)) return row;
    if (this.#isSecond) return undefined;
    const others = this.#others.get(key) ?? new Map<string, Filtered>();
    this.#others.set(key, others.set(filter, { answer: answerOf(row.cells), metrics: metricsOf(row.cells) }));
    this.#lines += 1;
    return undefined;
  }

  #withOthers(row: TableRow, key: string, filter: string): TableRow {
    const others = this.#others.get(key);
    if (others === undefined) return row;
    const named = (name: string, metrics: Filtered['metrics']): [string, unknown][] =>
      Object.entries(metrics).map(([metric, value]) => [`${metric},${name}`, value]);
    const scores = Object.fromEntries([
      ...named(filter, metricsOf(row.cells)),
      ...[...others].flatMap(([name, { metrics }]) => named(name, metrics)),
    ]);
    const own = isObject(row.cells['scores']) ? row.cells['scores'] : {};
    const filtered = Object.fromEntries([...others].map(([name, { answer }]) => [name, answer]));
    return { ...row, cells: { ...row.cells, scores: { ...own, ...scores }, filtered_by: filtered } };
  }
}

function answerOf(cells: Cells): unknown {
  const answers = cells['filtered_resps'];
  return Array.isArray(answers) && answers.length === 1 ? (answers[0] as unknown) : answers;
}

/** A filter that has no name, by its place among them, from 1. */
export function numberedFilter(place: number): string {
  return `filter-${place}`;
}

function metricsOf(cells: Cells): Filtered['metrics'] {
  const values = metricNames(cells).map((name): [string, unknown] => [name, cells[name]]);
  return Object.fromEntries(
    values.filter((entry): entry is [string, number | boolean] => ['number', 'boolean'].includes(typeof entry[1])),
  );
}
