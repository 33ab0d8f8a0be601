import assert from 'node:assert/strict';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, readPredictions, sample } from '../support/serverClient.ts';

const scoresOf = (row: Record<string, unknown>) => [row['exact_match'], row['char_error_rate'], row['length_ratio']];

describe('scores that the server fills in', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer();
  });
  after(async () => {
    await server.stop();
  });

  /** The rows of a job whose model replied so, the truth being 42. */
  async function scored(replies: readonly string[], job: Record<string, unknown> = {}) {
    const created = await createJob(server, job);
    const rows = replies.map((prediction, sample_index) => sample({ sample_index, prediction, ground_truth: '42' }));
    const { status, text } = await post(server, created, rows);
    assert.equal(status, 200, text);
    return readPredictions(server, created.id);
  }

  it('are of the final answer, not of the reasoning before it; what was sent stays', async () => {
    const rows = await scored(['<think>6 × 7</think>\n42', 'six times seven</think>42', '42', '<think>6 ×']);
    assert.deepEqual(rows.map(scoresOf), [
      [1, 0, 1],
      [1, 0, 1],
      [1, 0, 1],
      // It was cut off: nothing was said.
      [0, 1, 0],
    ]);
    assert.equal(rows[0]?.['prediction'], '<think>6 × 7</think>\n42');
  });

  it('are told apart by the tags of the job’s config', async () => {
    const config = { reasoning_tags: ['reasoning'] };
    const rows = await scored(['<reasoning>x</reasoning>42', '<think>x</think>42'], { config });
    assert.deepEqual(
      rows.map((row) => row['exact_match']),
      [1, 0],
    );
  });
});
