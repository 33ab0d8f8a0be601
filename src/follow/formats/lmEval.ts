import { basename, dirname } from 'node:path';
import { textOf } from '../../tables/cells.ts';
import { isObject, type TableRow } from '../../tables/rows.ts';
import { otherCells, plainScore } from './cells.ts';
import { type Format, type MadeRow, RowError, type RowFile } from './format.ts';

/** What is a prediction's already, or as long as the prompt once more. */
const columns = new Set([
  ...['doc_id', 'target', 'arguments', 'resps', 'filtered_resps', 'filter', 'metrics'],
  ...['doc_hash', 'prompt_hash', 'target_hash'],
]);

/**
 * lm-evaluation-harness with `--log_samples`: `{path}/{model}/samples_{task}_{time}.jsonl`, which grows by a line for each
 * document and filter. A later time is another evaluation, unless the model's name tells a checkpoint.
 */
export const lmEval: Format = {
  name: 'lm-eval',
  globs: ['samples_*.jsonl'],
  readsColumns: false,

  locate(path) {
    const [, source, evaluation] = /^samples_(.+)_(\d{4}-\d\d-\d\dT[\d.:-]+)\.jsonl$/.exec(basename(path)) ?? [];
    if (source === undefined || evaluation === undefined) return undefined;
    const run = dirname(path);
    const step = /checkpoint-(\d+)$/.exec(basename(run))?.[1];
    const of = { run, reading: 'lines', source } as const;
    return step === undefined ? { ...of, evaluation } : { ...of, step: Number(step) };
  },

  knows: (names) => ['doc_id', 'arguments', 'filtered_resps'].every((name) => names.includes(name)),

  maker: (file) => ({ make: (row) => [made(row, file)] }),

  judging: (scores) => (scores[0] === undefined ? {} : { deciding_score: scores[0] }),
};

function made({ cells }: TableRow, file: RowFile): MadeRow {
  const requests = requestsOf(cells['arguments']);
  const [request] = requests;
  if (request?.[0] === undefined) throw new RowError('"arguments" has no prompt');
  const choices = choicesOf(cells['filtered_resps'], requests);
  const { scores, fields } = otherCells(cells, columns, plainScore);
  const filter = cells['filter'];
  const isFiltered = typeof filter === 'string' && filter !== 'none';
  return {
    ...fields,
    ...(isFiltered ? { filter } : {}),
    step: file.step ?? 0,
    ...(typeof cells['doc_id'] === 'number' ? { sample_index: cells['doc_id'] } : {}),
    sample_source: isFiltered ? `${file.source}/${filter}` : file.source,
    prompt: request[0],
    prediction: choices?.likeliest ?? textOf(cells['filtered_resps']) ?? '',
    ground_truth: truthOf(cells['target'], choices?.texts) ?? null,
    scores,
  };
}

/** What was asked: for each request its texts, the prompt first and of a choice its text behind. */
function requestsOf(given: unknown): string[][] {
  const requests: unknown[] = isObject(given) ? Object.values(given) : Array.isArray(given) ? given : [];
  return requests.map((request) => {
    const parts: unknown[] = isObject(request) ? Object.values(request) : Array.isArray(request) ? request : [request];
    return parts.filter((part) => typeof part === 'string');
  });
}

/** Of several choices, each with its likelihood: their texts and the likeliest; undefined where the model wrote freely. */
function choicesOf(
  responses: unknown,
  requests: readonly string[][],
): { texts: string[]; likeliest: string } | undefined {
  if (!Array.isArray(responses) || responses.length === 0 || responses.length !== requests.length) return undefined;
  const likelihoods = responses.map((response: unknown) => {
    const isPair = Array.isArray(response) && response.length === 2 && /^(true|false)$/i.test(String(response[1]));
    return isPair ? Number(response[0]) : undefined;
  });
  if (likelihoods.includes(undefined) || requests.some(({ length }) => length < 2)) return undefined;
  const texts = requests.map((request) => (request[1] ?? '').trim());
  const best = likelihoods.reduce<number>(
    (at, value, index) => (Number(value) > Number(likelihoods[at]) ? index : at),
    0,
  );
  return { texts, likeliest: texts[best] ?? '' };
}

/** The number of a choice stands for its text. */
function truthOf(target: unknown, texts: readonly string[] | undefined): string | null {
  const text = textOf(target);
  if (texts === undefined || text === null || !/^\d+$/.test(text)) return text;
  return texts[Number(text)] ?? text;
}
