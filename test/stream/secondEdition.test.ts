import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { beats } from '../support/misbehaviours.ts';
import { frame, partOne } from '../support/partOneServer.ts';
import { holdsAll, jobId, labelOf, partOneStage } from '../support/partOneStage.ts';
import type { RowFields } from '../support/partOneStore.ts';

const patient = { heartbeat: 60_000, pollInterval: 60_000 };

describe('rows of a server of part 1', () => {
  const stage = partOneStage();

  /** Two answers to each of three prompts at a step, as a script of a user of FineTune Lab posts them. */
  const answers = (step: number): RowFields[] =>
    [0, 1, 2].flatMap((prompt) =>
      [0, 1].map((completion) => ({
        epoch: 0,
        step,
        // Each row has an index of its own; what is asked is named by a number.
        sample_index: 2 * prompt + completion,
        prompt_id: 1200 + prompt,
        reward: completion,
        format_ok: completion === 1,
        seed: 17,
        note: 'of no number',
      })),
    );

  it('have scores in unknown numbers and samples in numbers as prompt_id, read or streamed', async () => {
    const server = await stage.serve(partOne());
    server.store.insert(jobId, answers(10));
    const watched = stage.watch(server, patient);
    await watched.catchesUp();
    server.store.insert(jobId, answers(20));
    await holdsAll(watched, server);
    const { store, unreadable } = watched.session;
    assert.equal(unreadable.total, 0);
    assert.deepEqual(store.scoreNames, ['format_ok', 'reward']);
    assert.equal(store.judge?.name, 'reward');
    assert.deepEqual(
      store.samples().map((sample) => sample.answers),
      [4, 4, 4],
    );
    const means = store.points(['reward', 'format_ok']).map(({ step, samples, scores }) => ({
      step,
      samples,
      means: scores.map((score) => score?.mean),
    }));
    assert.deepEqual(means, [
      { step: 10, samples: 3, means: [0.5, 0.5] },
      { step: 20, samples: 3, means: [0.5, 0.5] },
    ]);
  });

  it('are held as if a field of the second edition were unknown where it has another shape', async () => {
    const shapes: Record<string, unknown>[] = [
      { scores: 'x' },
      { scores: { reward: 'high' } },
      { scores: [1, 2] },
      { completion_index: 'a' },
      { completion_index: 1.5 },
      { epoch_exact: 'y' },
      { restart: -1 },
      { restart: 'twice', restart_from: {} },
      { revision: null },
      { revision: 0.1 },
      { messages: 'hello', answer: 7, finish_reason: [] },
      { scores: 'x', completion_index: 'a', epoch_exact: 'y', restart: -1, revision: false },
    ];
    const rows = shapes.map((fields, sample_index) => ({ epoch: 1, sample_index, ...fields }));
    const server = await stage.serve(partOne());
    server.store.insert(jobId, rows);
    const watched = stage.watch(server, patient);
    await watched.catchesUp();
    server.store.insert(
      jobId,
      rows.map((row) => ({ ...row, epoch: 2 })),
    );
    await holdsAll(watched, server);
    const { store, unreadable } = watched.session;
    assert.equal(unreadable.total, 0);
    assert.deepEqual(store.scoreNames, []);
    for (const epoch of [1, 2]) {
      const held = store.page(epoch, 0, 100).sort((a, b) => a.sample_index - b.sample_index);
      assert.deepEqual(
        held.map((row, index) =>
          Object.fromEntries(Object.keys(shapes[index] ?? {}).map((name) => [name, Reflect.get(row, name)])),
        ),
        shapes,
      );
      // None is superseded, or another completion than it would be without the field.
      assert.equal(
        store.samples().reduce((sum, { answers }) => sum + answers, 0),
        2 * shapes.length,
      );
    }
  });
});

describe('the end of a checkpoint', () => {
  const stage = partOneStage();

  it('is told by our server in an event that starts nothing and hides nothing', async () => {
    const told = frame('checkpoint_complete', { epoch: 0, step: 10, prediction_count: 4 });
    const server = await stage.serve(beats(`${told}event: checkpoint_complete\ndata: \n\n`));
    const watched = stage.watch(server, patient);
    await watched.catchesUp();
    const asked = server.seen.length;
    const since = Date.now();
    await eventually('three heartbeats', () => Number(watched.session.lastByteAt) > since + 300 || undefined);
    assert.equal(labelOf(watched), 'Live');
    assert.equal(watched.session.unreadable.total, 0);
    assert.equal(watched.session.caughtUp, true);
    assert.equal(server.seen.length, asked);
  });
});
