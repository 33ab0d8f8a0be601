import { stepsToField, withinLevels } from '../../wire/depth.ts';
import { unknownFieldsOf } from '../../wire/job.ts';
import { readJson } from '../../wire/pythonJson.ts';
import { importedLine, type PredictionInput } from '../../wire/sentPrediction.ts';
import { HttpError } from '../reporting/errors.ts';
import type { Scorer } from '../scoring/scoring.ts';
import { withUnknownFields } from '../storage/jobStates.ts';
import { memberCount } from '../storage/jsonText.ts';
import { newPrediction } from '../storage/predictionJson.ts';
import { newRowId, uuidOf } from '../storage/rowIds.ts';
import type { JobChange, NewPrediction } from '../storage/storage.ts';
import { checkScoreNames } from './batch.ts';
import { type TextLine, textLines } from './jsonLines.ts';
import { LineIds } from './lineIds.ts';
import { withTexts } from './madeTexts.ts';
import { nearFields } from './nearFields.ts';
import { type NotFinite, parseRows } from './nonFinite.ts';

/** Rows of a batch end at one of these. */
const batchRows = 500;
const batchCharacters = 2_000_000;

type ImportedLine = ReturnType<typeof importedLine.parse>;

type Line = TextLine & {
  readonly input: PredictionInput & Pick<ImportedLine, 'id' | 'created_at'>;
  readonly notFinite: NotFinite | undefined;
};

/** The predictions of a whole job, read from JSON Lines while they arrive. */
export class ImportRows {
  readonly #scorer: Scorer;
  readonly #now = new Date().toISOString();
  readonly #ids = new LineIds();
  #misspelt: Readonly<Record<string, string>> = {};
  #count = 0;
  #first: string | undefined;
  #last: string | undefined;

  constructor(scorer: Scorer) {
    this.#scorer = scorer;
  }

  get count(): number {
    return this.#count;
  }

  /** Fields and scores of these rows that are nearly called like a field of the contract, with that field. */
  get misspelt(): Readonly<Record<string, string>> {
    return this.#misspelt;
  }

  /** The job of these rows: it ran from the first one's time to the last one's. */
  get change(): JobChange {
    const times = { started_at: this.#first ?? this.#now, completed_at: this.#last ?? this.#now };
    const fields = JSON.stringify(times);
    return { status: 'completed', fields: withUnknownFields(fields, this.#misspelt) ?? fields };
  }

  /**
   * Yields the rows in their order, with the scores that they lack.
   *
   * @param limits in bytes
   * @param hold as `textLines` takes it
   * @throws HttpError naming the first line that does not fit, and when there is none at all
   */
  async *read(
    body: AsyncIterable<Buffer>,
    limits: { line: number; body: number },
    hold: (bytes: number) => void,
  ): AsyncGenerator<NewPrediction[]> {
    let batch: Line[] = [];
    let characters = 0;
    for await (const line of textLines(body, limits, hold)) {
      batch.push(this.#parse(line));
      characters += line.text.length;
      if (batch.length < batchRows && characters < batchCharacters) continue;
      yield await this.#rows(batch);
      batch = [];
      characters = 0;
    }
    if (batch.length > 0) yield await this.#rows(batch);
    if (this.#count === 0) throw new HttpError(400, 'The body is missing: send one JSON object a line');
  }

  #parse({ number, text: sent }: TextLine): Line {
    let line: Line;
    try {
      const json = readJson(sent, stepsToField.ofRow);
      const { body, notFinite } = parseRows(importedLine, json);
      checkScoreNames(body);
      const { input, source } = withTexts(withinLevels(body), { text: json.text, memberCount: null });
      line = { number, text: source.text, input, notFinite: notFinite.get(0) };
    } catch (error) {
      throw new HttpError(400, `Line ${number}: ${(error as Error).message}`, { cause: error });
    }
    const { input } = line;
    if (input.created_at != null && Number.isNaN(Date.parse(input.created_at))) {
      throw new HttpError(400, `Line ${number}: created_at: expected a time such as 2026-01-31T12:00:00Z`);
    }
    if (input.id == null) return line;
    // A UUID is compared without case.
    const before = this.#ids.add(uuidOf(input.id) ?? input.id, number);
    if (before !== undefined) throw new HttpError(400, `Line ${number}: id: line ${before} has the same one`);
    return line;
  }

  async #rows(batch: readonly Line[]): Promise<NewPrediction[]> {
    const scores = await this.#scorer.fill(
      batch.map(({ input }) => input),
      (place) => batch[place]?.notFinite?.names,
    );
    this.#count += batch.length;
    // A column of numbers that nobody knows comes as a score.
    const named = batch.map(({ input }) => (input.scores == null ? input : { ...input.scores, ...input }));
    this.#misspelt = unknownFieldsOf({ ...this.#misspelt, ...nearFields(named) });
    return batch.map(({ number, text, input, notFinite }, index) => {
      const filled = scores[index];
      if (filled === undefined) throw new Error(`line ${number} has no scores`);
      const createdAt = input.created_at ?? this.#now;
      if (isBefore(createdAt, this.#first)) this.#first = createdAt;
      if (this.#last === undefined || isBefore(this.#last, createdAt)) this.#last = createdAt;
      return newPrediction(input, { text, memberCount: memberCount(text) }, filled, {
        id: input.id ?? newRowId(),
        createdAt,
        nonfiniteValues: notFinite?.count ?? 0,
      });
    });
  }
}

function isBefore(time: string, other: string | undefined): boolean {
  return other === undefined || Date.parse(time) < Date.parse(other);
}
