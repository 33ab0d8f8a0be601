/**
 * Reads, checks and sends a table in a thread of its own, so that the extension host does not stand still meanwhile. It
 * is ended by terminating it: a request that breaks off stores nothing.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ApiClient } from '../api/client.ts';
import { checkTable, columnsOf } from '../tables/checkedTable.ts';
import { openTable } from '../tables/tableFile.ts';
import type { ImportReport, ImportTask } from './importTask.ts';

run(workerData as ImportTask).then(
  (report) => tell(report),
  (error: unknown) => tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
);

function tell(report: ImportReport): void {
  parentPort?.postMessage(report);
}

async function run(task: ImportTask): Promise<ImportReport> {
  const table = await openTable(task.path);
  if (task.type === 'look') return { type: 'columns', columns: await columnsOf(table) };
  const half = (begin: number) => throttled((share) => tell({ type: 'progress', share: begin + share / 2 }));
  const checked = await checkTable(table, task.mapping, half(0));
  const client = new ApiClient(task.endpoint);
  const sent = new Lines(checked.lines(half(0.5)));
  try {
    await client.importJob(task.jobId, sent);
  } catch (error) {
    // A request whose body breaks off tells nothing of why.
    throw sent.failure ?? error;
  }
  await client.saveJob({ ...task.job, job_id: task.jobId, total_epochs: checked.epochs });
  return { type: 'imported', count: checked.count };
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
