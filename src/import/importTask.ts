import { Worker } from 'node:worker_threads';
import type { Endpoint } from '../api/request.ts';
import type { Mapping } from '../tables/columns.ts';
import type { JobUpdate } from '../wire/job.ts';

/** What the worker is asked to do with a file. */
export type ImportTask =
  | { type: 'look'; path: string }
  | {
      type: 'import';
      path: string;
      mapping: Mapping;
      endpoint: Endpoint;
      jobId: string;
      /** What is known of the job besides its predictions. */
      job: Omit<JobUpdate, 'job_id'>;
    };

export type ImportReport =
  | { type: 'progress'; share: number }
  | { type: 'columns'; columns: string[] }
  | { type: 'imported'; count: number }
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
    const worker = new Worker(program, { workerData: task });
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
