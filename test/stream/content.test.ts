import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import {
  allEvents,
  commentWithoutEnd,
  eventWithoutEnd,
  inTurn,
  lineWithoutEnd,
  says,
} from '../support/misbehaviours.ts';
import { EventWriter, frame, type PartOneServer, partOne, type Visit } from '../support/partOneServer.ts';
import { holdsAll, jobId, labelOf, partOneStage, rowsOf, shows } from '../support/partOneStage.ts';

/** REST that does not work: whatever is held came over the stream. */
function withoutRest(server: PartOneServer): void {
  server.rest = (_request, response) => Boolean(response.writeHead(503).end());
}

const patient = { heartbeat: 60_000, pollInterval: 60_000 };

describe('what a stream says', () => {
  const stage = partOneStage();

  for (const [name, end] of [
    ['LF', '\n'],
    ['CR', '\r'],
    ['CRLF', '\r\n'],
  ] as const) {
    it(`is read with lines that end in ${name}: mark, comments, retry, several data lines, empty and unknown events`, async () => {
      const text = (visit: Visit): string => {
        const [first, ...others] = allEvents(visit).trim().split('\n\n');
        const spread = String(first)
          .replace('data: {', 'data: {\ndata:')
          .replace(',"total_count"', '\ndata: ,"total_count"');
        const rest = `: a comment\nretry: 1200\n\nevent: prediction\n\nevent: from-tomorrow\ndata: {]\n\n:\n${others.join('\n\n')}`;
        return `${spread}\n\n${rest}\n\n`;
      };
      const server = await stage.serve(({ response, ...visit }) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
        const said = `\uFEFF${text({ response, ...visit })}`;
        response.write(said.replaceAll('\n', end));
      });
      server.store.insert(jobId, rowsOf(1, 3));
      withoutRest(server);
      const watched = stage.watch(server, patient);
      await holdsAll(watched, server);
      assert.equal(watched.session.unreadable.total, 0);
      assert.equal(labelOf(watched), 'Live');
    });
  }

  it('lasts at least as long as its retry field says before it is opened again', async () => {
    const server = await stage.serve(
      inTurn(
        says(() => 'retry: 2000\n\n', 'end'),
        partOne(),
      ),
    );
    const watched = stage.watch(server, patient);
    await eventually('the end', () => watched.states.includes('waiting') || undefined);
    await shows(watched, 'Live');
    const [first, second] = server.streams();
    assert.ok(Number(second?.at) - Number(first?.at) >= 2000);
  });

  it('may have ids of any text, which come back where a header can carry them', async () => {
    for (const [id, expected] of [
      ['7', '7'],
      ['ü€ 日本', 'ü€ 日本'],
      ['bell \u0007', undefined],
    ] as const) {
      const server = await stage.serve(
        inTurn(
          says((visit) => allEvents(visit).replace('event: prediction', `id: ${id}\nevent: prediction`), 'end'),
          partOne(),
        ),
      );
      server.store.insert(jobId, rowsOf(1, 1));
      const watched = stage.watch(server, patient);
      await eventually('a second connection', () => server.streams().length === 2 || undefined);
      const sent = server.streams()[1]?.headers['last-event-id'];
      assert.equal(sent === undefined ? sent : Buffer.from(String(sent), 'latin1').toString(), expected);
      await shows(watched, 'Live');
    }
  });

  it('is counted where it cannot be read, logged once a kind, and never fatal', async () => {
    const broken = [
      'event: prediction\ndata: {"prediction":\n\n',
      frame('prediction', { prediction: { id: 'x', epoch: 'one' }, total_count: 3 }),
      frame('prediction', { total_count: 3 }),
      'event: job\ndata: null\n\n',
    ];
    const server = await stage.serve(says((visit) => broken.join('') + allEvents(visit), 'silence'));
    server.store.insert(jobId, rowsOf(1, 3));
    const watched = stage.watch(server, patient);
    await holdsAll(watched, server);
    await watched.catchesUp();
    assert.equal(watched.session.unreadable.total, 4);
    assert.equal(watched.log.filter((line) => /unreadable/.test(line)).length, 2);
    assert.equal(labelOf(watched), 'Live');
  });

  it('leads to a reading over REST where a prediction could not be read', async () => {
    const server = await stage.serve(says(() => 'event: prediction\ndata: {"prediction":\n\n', 'silence'));
    let readings = 0;
    server.rest = (request) => {
      // The row is stored after the first proof, and nothing but the broken event tells of it.
      if (request.url?.endsWith('/epochs')) readings += 1;
      if (readings === 2 && server.store.count(jobId) === 0) server.store.insert(jobId, rowsOf(1, 1));
      return false;
    };
    const watched = stage.watch(server, patient);
    await eventually('the row', () => watched.session.store.size === 1 || undefined);
  });

  it('proves complete with a stored prediction that fits no schema, which is counted', async () => {
    const server = await stage.serve(partOne());
    server.store.insert(jobId, [...rowsOf(1, 3), { epoch: 1, sample_index: 'four' as unknown as number }]);
    const watched = stage.watch(server, patient);
    await watched.catchesUp();
    assert.equal(watched.session.store.size, 3);
    assert.equal(watched.session.unreadable.total, 1);
    assert.equal(watched.session.onServer, 4);
    server.store.insert(jobId, rowsOf(2, 1));
    await eventually('the row after it', () => watched.session.store.size === 4 || undefined);
  });

  it('may be of the older form, named or not, without a count', async () => {
    const older = (row: unknown) => JSON.stringify({ type: 'prediction', prediction: row });
    const server = await stage.serve(
      says(({ server: { store } }) => {
        const [one, two] = store.page(jobId, { limit: 2, offset: 0 }).predictions;
        return `event: prediction\ndata: ${older(one)}\n\ndata: ${older(two)}\n\n`;
      }, 'silence'),
    );
    server.store.insert(jobId, rowsOf(1, 2));
    withoutRest(server);
    const watched = stage.watch(server, patient);
    await holdsAll(watched, server);
  });

  it('starts a proof where it has no count, since a loss would not show', async () => {
    const server = await stage.serve(async (visit) => {
      const stream = new EventWriter(visit);
      await stream.begin();
      setTimeout(() => {
        // Two are stored, one is told of.
        const [row] = server.store.insert(jobId, rowsOf(1, 2));
        void stream.write(`data: ${JSON.stringify({ type: 'prediction', prediction: row })}\n\n`);
      }, 300);
    });
    const watched = stage.watch(server, patient);
    await watched.catchesUp();
    await eventually('both', () => watched.session.store.size === 2 || undefined);
  });
});

describe('the count of an event', () => {
  const stage = partOneStage();

  it('costs no row and no false alarm when it is late, out of order or 0', async () => {
    const server = await stage.serve(
      partOne({
        count: (total, random) => ({
          delay: random.between(0, 60),
          count: random.chance(0.3) ? 0 : random.between(0, total),
        }),
      }),
    );
    const watched = stage.watch(server, patient);
    await watched.catchesUp();
    const readings = server.seen.length;
    let smallest = 0;
    for (let epoch = 0; epoch < 40; epoch += 1) {
      server.store.insert(jobId, rowsOf(epoch, 2));
      await sleep(20);
      assert.ok(watched.session.store.size >= smallest, 'nothing is taken back');
      smallest = watched.session.store.size;
    }
    await holdsAll(watched, server);
    await sleep(1200);
    assert.equal(server.seen.length, readings, 'nothing was read again');
  });

  for (const [what, lost] of [
    ['one event', [3]],
    ['several events in a row', [3, 4]],
    // The count of the event after the first loss is made up for before its second is over.
    ['events shortly one after the other', [1, 3]],
    ['the last but one', [6]],
  ] as const) {
    it(`finds the loss of ${what} without a new connection`, async () => {
      let number = 0;
      const server = await stage.serve(async (visit) => {
        await partOne()(visit);
        const write = visit.response.write.bind(visit.response);
        visit.response.write = ((bytes: Uint8Array, done: () => void) => {
          const isRow = Buffer.from(bytes).toString().startsWith('event: prediction');
          const isLost = isRow && (lost as readonly number[]).includes(number);
          if (isRow) number += 1;
          if (!isLost) return write(bytes, done);
          done();
          return true;
        }) as typeof visit.response.write;
      });
      // Events are written whole here.
      server.random.chance = () => false;
      const watched = stage.watch(server, patient);
      await watched.catchesUp();
      for (let sample = 0; sample < 8; sample += 1) {
        server.store.insert(jobId, [{ epoch: 1, sample_index: sample }]);
        await sleep(150);
      }
      await holdsAll(watched, server);
      assert.equal(server.streams().length, 1);
    });
  }
});

describe('a large stream', () => {
  const stage = partOneStage();

  it('may bring a prediction of 10 MB, and REST one too', async () => {
    const server = await stage.serve(partOne());
    server.store.insert(jobId, rowsOf(1, 1, { prediction: 'ü'.repeat(5 * 1024 * 1024) }));
    const watched = stage.watch(server);
    await watched.catchesUp();
    server.store.insert(jobId, rowsOf(2, 1, { prediction: 'x'.repeat(10 * 1024 * 1024) }));
    await holdsAll(watched, server);
    const lengths = watched.session.store.page(null, 0, 2).map(({ prediction }) => prediction.length);
    assert.deepEqual(lengths, [10 * 1024 * 1024, 5 * 1024 * 1024]);
  });

  for (const [what, behaviour] of [
    ['a line of data', lineWithoutEnd],
    ['a comment', commentWithoutEnd],
    ['an event', eventWithoutEnd],
  ] as const) {
    it(`is dropped with an error when ${what} has no end`, async () => {
      const server = await stage.serve(inTurn(behaviour, partOne()));
      const watched = stage.watch(server);
      await eventually('the end', () => watched.states.includes('waiting') || undefined);
      assert.ok(watched.log.some((line) => /more than 32 MB/.test(line)));
      await shows(watched, 'Live');
      server.store.insert(jobId, rowsOf(1, 2));
      await holdsAll(watched, server);
    });
  }

  it('is read page by page over a line that cuts large answers', async () => {
    const server = await stage.serve(partOne());
    server.store.insert(jobId, rowsOf(1, 1500));
    const { store } = server;
    server.rest = (request, response) => {
      const { searchParams } = new URL(request.url ?? '', server.url);
      if (!searchParams.has('offset')) return false;
      const query = { offset: Number(searchParams.get('offset')), limit: Number(searchParams.get('limit')) };
      const text = JSON.stringify(store.page(jobId, { epoch: 1, ...query }));
      response.writeHead(200, { 'Content-Length': Buffer.byteLength(text) });
      response.write(text.slice(0, 60_000), () => (text.length > 60_000 ? response.destroy() : response.end()));
      return true;
    };
    const watched = stage.watch(server, patient);
    await holdsAll(watched, server);
  });
});
