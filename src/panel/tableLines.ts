import { rowReply } from '../model/chats/rowChats.ts';
import { cutOffOf } from '../model/completions.ts';
import type { ReasoningTags } from '../model/reasoning.ts';
import type { SampleKey } from '../model/samples.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import { orNull } from '../store/rowTable.ts';
import { groupFigures } from './groups/groupFigures.ts';
import type { Row } from './protocol/table.ts';
import { meanOf } from './tableQuery.ts';
import { repliedRow } from './texts/answerText.ts';
import { cell } from './texts/cell.ts';
import { questionOf } from './texts/promptText.ts';

/** What the lines of a page show. */
export interface LineLook {
  /** Scores that have a column. */
  readonly scores: readonly string[];
  /** A line is a group of completions. */
  readonly grouped: boolean;
  /** The open rows, by prediction id. */
  readonly expanded: readonly string[];
}

/**
 * The lines of one panel's page. A line is made again only where a row of its sample came since, or what decides over all
 * of them is another: an event touches one or two of a page.
 */
export class TableLines {
  readonly #store: PredictionStore;
  readonly #tags: () => readonly ReasoningTags[] | undefined;
  /** Those of the page before, by the row that they were made of. */
  #made: ReadonlyMap<number, Row> = new Map();
  #madeBy: readonly unknown[] = [];
  /** Rows that were there then. */
  #rows = 0;

  /** @param tags what opens and closes reasoning in answers; undefined for the usual ones */
  constructor(store: PredictionStore, tags: () => readonly ReasoningTags[] | undefined) {
    this.#store = store;
    this.#tags = tags;
  }

  of(rows: readonly number[], look: LineLook): Row[] {
    const store = this.#store;
    const { scores, grouped, expanded } = look;
    const madeBy = [store.life, store.reckoning, this.#tags(), scores, grouped, expanded];
    const known = madeBy.every((part, place) => part === this.#madeBy[place]) ? this.#made : new Map<number, Row>();
    const touched = new Set<SampleKey>();
    if (known.size > 0) for (let row = this.#rows; row < store.size; row += 1) touched.add(store.sampleKey(row));
    const lines = rows.map((row) => {
      const line = known.get(row);
      if (line !== undefined && !touched.has(line.sample)) return line;
      return grouped ? this.#groupLine(row, look) : this.#line(row, scores);
    });
    this.#made = new Map(rows.map((row, place) => [row, lines[place] as Row]));
    this.#madeBy = madeBy;
    this.#rows = store.size;
    return lines;
  }

  /** A group keeps the id by which it was opened, also where it is another row's by now. @param row one of its rows */
  #groupLine(row: number, { scores, expanded }: LineLook): Row {
    const store = this.#store;
    const rows = store.group(row);
    const newest = rows.at(-1) ?? row;
    const mean = (name: string): number => meanOf(store, rows, name);
    const open = rows.map((other) => store.table.id(other)).find((id) => expanded.includes(id));
    const line = { ...this.#line(newest, scores), id: open ?? store.table.id(row) };
    if (rows.length < 2) return line;
    const { endsInCalls, cutOff, ...ofAll } = line;
    return {
      ...ofAll,
      prediction: '',
      reasoning: null,
      charErrorRate: orNull(mean('char_error_rate')),
      exactMatch: orNull(mean('exact_match')),
      group: { ...groupFigures(store, rows), validation: orNull(mean('validation_pass')) },
      scores: scoresOf(scores, mean),
    };
  }

  #line(row: number, scores: readonly string[]): Row {
    const store = this.#store;
    const { table } = store;
    const tags = this.#tags();
    const replied = repliedRow(table, row);
    const isCutOff = cutOffOf(replied) !== null;
    const { reasoning, ended, answer, endsInCalls } = rowReply(replied, tags, isCutOff);
    const question = questionOf(table, row);
    const prompt = table.prompt(row);
    const truth = table.groundTruth(row);
    return {
      id: table.id(row),
      epoch: table.epoch(row),
      step: table.step(row),
      sample: store.sampleKey(row),
      sampleIndex: store.sampleIndex(row),
      source: table.source(row),
      prompt: cell(question ?? prompt),
      ...(question === null || question === prompt ? {} : { isChat: true }),
      groundTruth: truth === null ? null : cell(truth),
      prediction: cell(answer),
      ...(endsInCalls ? { endsInCalls } : {}),
      ...(isCutOff ? { cutOff: true } : {}),
      reasoning: reasoning === null ? null : { characters: reasoning.length, ended },
      charErrorRate: orNull(table.score(row, 'char_error_rate')),
      exactMatch: orNull(table.score(row, 'exact_match')),
      validationPass: table.validationPass(row),
      group: null,
      superseded: store.supersededBy(row),
      scores: scoresOf(scores, (name) => table.score(row, name)),
      mark: store.mark(row),
    };
  }
}

/** Whether a reader who was told of one need not be told of the other. */
export function isSameLine(row: Row, other: Row | undefined): boolean {
  if (other === undefined || row === other) return other !== undefined;
  const { scores, group, reasoning, isChat, endsInCalls, cutOff, ...fields } = row;
  return (
    JSON.stringify([group, reasoning]) === JSON.stringify([other.group, other.reasoning]) &&
    isChat === other.isChat &&
    endsInCalls === other.endsInCalls &&
    cutOff === other.cutOff &&
    (Object.keys(fields) as (keyof typeof fields)[]).every((key) => fields[key] === other[key]) &&
    scores.length === other.scores.length &&
    scores.every(([name, value], place) => name === other.scores[place]?.[0] && value === other.scores[place]?.[1])
  );
}

/** @param value NaN where there is none */
function scoresOf(names: readonly string[], value: (name: string) => number): Row['scores'] {
  const scores: [name: string, value: number][] = [];
  for (const name of names) {
    const found = value(name);
    if (!Number.isNaN(found)) scores.push([name, found]);
  }
  return scores;
}
