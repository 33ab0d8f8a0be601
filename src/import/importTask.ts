import { Worker } from 'node:worker_threads';
import type { Endpoint } from '../api/request.ts';
import type { Mapping } from '../tables/columns.ts';
import type { ChosenMapping, LookedTable } from '../tables/jobTables.ts';
import type { Note } from '../tables/notes.ts';
import type { JobUpdate } from '../wire/job.ts';

/** What the worker is asked to do with files; a path may be that of a folder. */
export type ImportTask =
  | { type: 'look'; path: string | readonly string[] }
  | { type: 'preview'; path: string | readonly string[]; table: ChosenMapping }
  | {
      type: 'import';
      path: string | readonly string[];
      /** Of all tables, or of those with the same columns; the others are known by their columns. */
      mapping: Mapping | readonly ChosenMapping[];
      endpoint: Endpoint;
      jobId: string;
      /** What is known of the job besides its predictions. */
      job: Omit<JobUpdate, 'job_id'>;
    };

/** A prediction as a person looks at it before it is imported. */
export interface PreviewRow {
  readonly prompt: string;
  readonly prediction: string;
  readonly groundTruth: string | null;
  readonly epoch: number;
  readonly step: number;
  readonly sampleIndex: number;
}

export type ImportReport =
  | { type: 'progress'; share: number }
  /** `columns` are those of the first of `tables`. */
  | { type: 'columns'; columns: string[]; tables: LookedTable[] }
  | { type: 'preview'; rows: PreviewRow[] }
  | { type: 'imported'; count: number; files: number; notes: Note[] }
  | { type: 'failed'; message: string };

/** The file was not imported; the message says where and why. */
export class FileNotImportedError extends Error {
  override readonly name = 'FileNotImportedError';
}

/**
 * Lets a worker carry out one task.
 *
 * @param program the bundled worker
 * @param progress is told the share that is done, 0 to 1
 * @throws FileNotImportedError, or the signal's reason, with nothing imported
 */
export function runImportTask(
  program: string,
  task: ImportTask,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Exclude<ImportReport, { type: 'progress' | 'failed' }>> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // Rows come and go: a large young generation would only be more memory.
    const worker = new Worker(program, { workerData: task, resourceLimits: { maxYoungGenerationSizeMb: 16 } });
    const abort = (): void => end(() => reject(signal.reason));
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', abort);
      settle();
      void worker.terminate();
    };
    const fail = (reason: string, cause?: unknown): void =>
      end(() => reject(new FileNotImportedError(reason, { cause })));
    signal.addEventListener('abort', abort);
    worker.on('message', (report: ImportReport) => {
      if (report.type === 'progress') progress(report.share);
      else if (report.type === 'failed') fail(report.message);
      else end(() => resolve(report));
    });
    worker.once('error', (cause) => fail(cause instanceof Error ? cause.message : String(cause), cause));
    worker.once('exit', () => fail('The import ended before it was done.'));
  });
}
