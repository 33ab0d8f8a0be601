import { dirname } from 'node:path';
import { textOf } from '../../tables/cells.ts';
import { cellChat } from '../../tables/chatCells.ts';
import { harnessLogOf, stepFolderOf } from '../../tables/files/harnessLogs.ts';
import type { TableRow } from '../../tables/rows.ts';
import { numberedFilter } from '../../tables/shapes/filteredAnswers.ts';
import { choiceOf, metricNames, promptOfArguments, rightChoice } from '../../tables/shapes/harness.ts';
import { fitsScore, otherCells, plainScore } from './cells.ts';
import { type Format, type MadeRow, RowError, type RowFile } from './format.ts';

/** What is a prediction's already, or as long as the prompt once more. */
const columns = new Set([
  ...['doc_id', 'target', 'arguments', 'resps', 'filtered_resps', 'filter', 'metrics'],
  ...['doc_hash', 'prompt_hash', 'target_hash'],
]);

/**
 * lm-evaluation-harness with `--log_samples`: `{path}/{model}/samples_{task}_{time}.jsonl`, which grows by a line for each
 * document and filter. Models whose names end in a checkpoint's step are one run. A later time is another evaluation: of the
 * same checkpoint where the name tells one.
 */
export const lmEval: Format = {
  name: 'lm-eval',
  globs: ['samples_*.jsonl'],
  readsColumns: false,

  locate(path) {
    const log = harnessLogOf(path);
    if (log === undefined || !path.endsWith('.jsonl')) return undefined;
    const folder = dirname(path);
    const steps = stepFolderOf(folder);
    const of = { reading: 'lines', source: log.task, evaluation: log.time } as const;
    return steps === undefined ? { run: folder, ...of } : { run: steps.all, ...of, step: steps.step };
  },

  knows: (names) => ['doc_id', 'arguments', 'filtered_resps'].every((name) => names.includes(name)),

  maker(file) {
    const filters = new Filters();
    return { make: (row) => [made(row, file, filters.of(row))] };
  },

  judging(scores) {
    // Where the model was only asked, `bypass` stands for all metrics.
    const deciding = scores.find((name) => name !== 'bypass');
    return deciding === undefined ? {} : { deciding_score: deciding };
  },
};

/** Which filter's the lines of a file are. Older versions do not say it: for each filter all documents come again. */
class Filters {
  readonly #times = new Map<string, number>();

  /** @returns undefined for the only one, and for the first of those without names */
  of({ cells }: TableRow): string | undefined {
    const { filter } = cells;
    if (typeof filter === 'string') return filter === 'none' ? undefined : filter;
    const document = JSON.stringify([cells['doc_id']]);
    const times = (this.#times.get(document) ?? 0) + 1;
    this.#times.set(document, times);
    return times === 1 ? undefined : numberedFilter(times);
  }
}

function made({ cells }: TableRow, file: RowFile, filter: string | undefined): MadeRow {
  const choice = choiceOf(cells);
  const asked = choice === undefined ? promptOfArguments(cells['arguments']) : choice.prompt;
  const prompt = textOf(asked);
  if (prompt === null) throw new RowError('"arguments" has no prompt');
  const messages = cellChat(asked)?.messages;
  const metrics = new Set(metricNames(cells));
  const isMetric = (name: string): boolean => metrics.has(name) && fitsScore(name);
  const { scores, fields } = otherCells(cells, columns, plainScore, isMetric);
  const target = cells['target'];
  const right = choice === undefined ? undefined : rightChoice(choice, target)?.trim();
  const prediction = choice === undefined ? textOf(cells['filtered_resps']) : choice.choices[choice.chosen]?.trim();
  return {
    ...fields,
    ...(choice === undefined ? repliesOf(cells, prediction ?? '') : {}),
    ...(filter === undefined ? {} : { filter }),
    step: file.step ?? 0,
    ...(typeof cells['doc_id'] === 'number' ? { sample_index: cells['doc_id'] } : {}),
    sample_source: filter === undefined ? file.source : `${file.source}/${filter}`,
    prompt,
    ...(messages === undefined ? {} : { messages }),
    prediction: prediction ?? '',
    ground_truth: right ?? textOf(target),
    scores,
  };
}

/** What the model said and what filters made of it, where the prediction does not tell all of it. */
function repliesOf({ resps, filtered_resps }: TableRow['cells'], prediction: string): Record<string, unknown> {
  const isTold = (value: unknown, told: unknown): boolean => JSON.stringify(value) === JSON.stringify(told);
  return {
    ...(resps == null || isTold(resps, [[prediction]]) ? {} : { resps }),
    ...(isTold(filtered_resps, [prediction]) ? {} : { filtered_resps }),
  };
}
