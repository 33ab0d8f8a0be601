/** Jobs that hold many predictions before anything is measured. */

import type { TestServer } from '../../test/support/server.ts';
import type { TestJob } from '../../test/support/serverClient.ts';
import { postBody } from './server.ts';

/** The most that one request takes here. */
const largestBatch = 1000;
/** Requests under way at a time: one is written while the server reads another. */
const writers = 2;

/**
 * Posts predictions number `first` and those after it up to `end`, this one left out.
 *
 * @param batch how many at a time
 */
export async function fill(
  server: Pick<TestServer, 'url'>,
  job: TestJob,
  [first, end]: readonly [number, number],
  prediction: (n: number) => object,
  batch = largestBatch,
): Promise<void> {
  let next = first;
  const write = async () => {
    while (next < end) {
      const start = next;
      next = Math.min(end, start + batch);
      const predictions = Array.from({ length: next - start }, (_, index) => ({
        ...prediction(start + index),
        job_id: job.id,
      }));
      await postBody(server, job, JSON.stringify({ job_id: job.id, predictions }));
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
}
