/**
 * Reads, checks and sends a table in a thread of its own, so that the extension host does not stand still meanwhile. It
 * is ended by terminating it: a request that breaks off stores nothing.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ApiClient } from '../api/client.ts';
import { checkTables } from '../tables/checkedTable.ts';
import { jobParts, lookAtTables, previewOf } from '../tables/jobTables.ts';
import type { Imported } from '../tables/rows.ts';
import { unknownFieldsOf } from '../wire/job.ts';
import type { ImportReport, ImportTask, PreviewRow } from './importTask.ts';
import { english, noteText } from './noteTexts.ts';

run(workerData as ImportTask).then(
  (report) => tell(report),
  (error: unknown) => tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
);

function tell(report: ImportReport): void {
  parentPort?.postMessage(report);
}

async function run(task: ImportTask): Promise<ImportReport> {
  const paths = typeof task.path === 'string' ? [task.path] : task.path;
  if (task.type === 'look') {
    const { tables } = await lookAtTables(paths);
    return { type: 'columns', columns: [...(tables[0]?.columns ?? [])], tables: [...tables] };
  }
  if (task.type === 'preview')
    return { type: 'preview', rows: (await previewOf(paths, task.table, 3)).map(previewRow) };
  const half = (begin: number) => throttled((share) => tell({ type: 'progress', share: begin + share / 2 }));
  const { parts, notes } = await jobParts(paths, task.mapping);
  const checked = await checkTables(parts, half(0));
  const client = new ApiClient(task.endpoint);
  const sent = new Lines(checked.lines(half(0.5)));
  let unknown: Record<string, string>;
  try {
    unknown = unknownFieldsOf((await client.importJob(task.jobId, sent)).unknown_fields);
  } catch (error) {
    // A request whose body breaks off tells nothing of why.
    throw sent.failure ?? error;
  }
  const misspelt = Object.entries(unknown).map(([column, field]) => ({ kind: 'misspelt', column, field }) as const);
  const told = [...notes, ...checked.notes, ...misspelt];
  const imported = {
    files: parts.length,
    predictions: checked.count,
    notes: told.map((note) => noteText(note, english)),
  };
  const config = { ...checked.judging, imported };
  await client.saveJob({ config, ...task.job, job_id: task.jobId, total_epochs: checked.epochs });
  return { type: 'imported', count: checked.count, files: parts.length, notes: told };
}

/** A person sees no more of a text, in characters. */
const shownLength = 200;

function previewRow(row: Imported): PreviewRow {
  const truth = row['ground_truth'];
  return {
    prompt: String(row['prompt']).slice(0, shownLength),
    prediction: String(row['prediction']).slice(0, shownLength),
    groundTruth: typeof truth === 'string' ? truth.slice(0, shownLength) : null,
    epoch: Number(row['epoch']),
    step: Number(row['step']),
    sampleIndex: Number(row['sample_index']),
  };
}

/** Pieces of text as bytes; remembers what they broke off with. */
class Lines implements AsyncIterable<Uint8Array> {
  readonly #pieces: AsyncIterable<string>;
  failure: unknown;

  constructor(pieces: AsyncIterable<string>) {
    this.#pieces = pieces;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    try {
      for await (const piece of this.#pieces) yield encoder.encode(piece);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

/** Hands on a share only when a person would see the difference. */
function throttled(progress: (share: number) => void): (share: number) => void {
  let told = 0;
  return (share) => {
    if (share - told < 0.01) return;
    told = share;
    progress(share);
  };
}
