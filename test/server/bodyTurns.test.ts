import assert from 'node:assert/strict';
import { runServer, startServer, type TestServer } from '../support/server.ts';
import { createJob, postText, sample } from '../support/serverClient.ts';
import { databaseEnvironment } from '../support/testDatabase.ts';

describe('large bodies that wait for their turn', function () {
  this.timeout(240_000);
  let server: TestServer;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  it('wait for one of each other user, not for all that another has sent', async () => {
    const env = await databaseEnvironment(server.dataDir);
    const { stdout } = await runServer(['keys', 'create', '--user', 'ann', '--data-dir', server.dataDir], { env });
    const ann = await createJob({ url: server.url, apiKey: stdout.trim() });
    const greedy = await createJob(server);
    // Scores of such texts take a second or more.
    const rows = Array.from({ length: 55 }, (_, index) =>
      sample({ sample_index: index, prediction: 'ab'.repeat(5000), ground_truth: 'ba'.repeat(5000) }),
    );
    const costly = JSON.stringify({ job_id: greedy.id, predictions: rows });
    const sent = 16;
    let [done, atBegin] = [0, 0];
    const ofGreedy: Promise<unknown>[] = [];
    const first = new Promise<void>((resolve) => {
      for (let index = 0; index < sent; index += 1) {
        const posted = postText(server, greedy.token, costly).then(({ status }) => {
          assert.equal(status, 200);
          done += 1;
          resolve();
        });
        ofGreedy.push(posted);
      }
    });
    await first;
    atBegin = done;
    const large = JSON.stringify({ job_id: ann.id, predictions: [sample({ prediction: 'x'.repeat(1_200_000) })] });
    assert.equal((await postText(server, ann.token, large)).status, 200);
    assert.ok(done - atBegin <= 4, `${done - atBegin} of the other user were before`);
    await Promise.all(ofGreedy);
    assert.equal(done, sent);
  });
});
