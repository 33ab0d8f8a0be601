import assert from 'node:assert/strict';
import { beats } from '../support/misbehaviours.ts';
import { partOne } from '../support/partOneServer.ts';
import { holdsAll, jobId, labelOf, partOneStage, rowsOf } from '../support/partOneStage.ts';

/** What a server may say to a route that it has not. */
const answers: [status: number, body: string][] = [
  [200, '{"job_id":"job","predictions":[],"total_count":0}'],
  [200, '{"checkpoints":[{"epoch":0}]}'],
  [200, '<html>'],
  [302, ''],
  [400, '{"error":"no"}'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, '{"error":"Not found"}'],
  [405, ''],
  [500, '{"error":"no"}'],
];

describe('a server that does not tell of checkpoints', () => {
  const stage = partOneStage();

  for (const [status, body] of answers) {
    it(`is read without them, and not asked again, where it says ${status} ${body}`, async () => {
      const server = await stage.serve(beats(''));
      server.rest = ({ url }, response) => {
        if (!url?.endsWith('/checkpoints')) return false;
        response.writeHead(status, { 'Content-Type': 'application/json', Location: '/elsewhere' }).end(body);
        return true;
      };
      server.store.insert(jobId, rowsOf(0, 1001));
      const watched = stage.watch(server);
      await watched.catchesUp();
      // No event tells of it.
      server.store.insert(jobId, rowsOf(0, 1));
      await holdsAll(watched, server);
      await watched.catchesUp();
      assert.equal(labelOf(watched), 'Live');
      assert.equal(watched.session.problem, null);
      assert.equal(server.seen.filter(({ path }) => path.endsWith('/checkpoints')).length, 1);
    });
  }

  it('is left alone as long as it asks for', async () => {
    const server = await stage.serve(partOne());
    let refused = 0;
    server.rest = ({ url }, response) => {
      if (!url?.endsWith('/checkpoints') || refused > 0) return false;
      refused = Date.now();
      response.writeHead(503, { 'Retry-After': '1' }).end();
      return true;
    };
    server.store.insert(jobId, rowsOf(0, 1001));
    const watched = stage.watch(server, { heartbeat: 60_000, pollInterval: 60_000 });
    await holdsAll(watched, server);
    const next = server.seen.find(({ path, at }) => at > refused && !path.endsWith('/stream'));
    assert.ok(Number(next?.at) - refused >= 990, `${Number(next?.at) - refused} ms`);
  });
});
