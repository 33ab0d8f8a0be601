import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { startServer, type TestServer } from '../support/server.ts';
import {
  createJob,
  type Fields,
  openStream,
  post,
  postText,
  predictionsPath,
  readPredictions,
  request,
  sample,
  type TestJob,
} from '../support/serverClient.ts';

describe('a prediction of the second edition', () => {
  let server: TestServer;
  let job: TestJob;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  beforeEach(async () => {
    job = await createJob(server);
  });

  const only = async (): Promise<Fields> => {
    const rows = await readPredictions(server, job.id);
    assert.equal(rows.length, 1);
    return rows[0] ?? {};
  };
  const trends = async () =>
    ((await request(server, predictionsPath(job.id, '/trends'))).json['trends'] as Fields[])[0] ?? {};
  const send = (text: string) => postText(server, job.token, `{"job_id":${JSON.stringify(job.id)},${text}}`);
  const listed = async (): Promise<Fields> => {
    const { json } = await request(server, '/api/training/local/jobs');
    return (json['jobs'] as Fields[]).find(({ id }) => id === job.id) ?? {};
  };

  it('is announced by /health', async () => {
    assert.equal((await request(server, '/health')).json['edition'], 2);
  });

  describe('with a fraction of an epoch', () => {
    for (const [sent, filed] of [
      ['0.5', 0],
      ['2.999999999', 3],
      ['1.25e0', 1],
    ] as const) {
      it(`such as ${sent} is filed under ${filed}, and keeps what was sent`, async () => {
        const row = JSON.stringify(sample()).replace('"epoch":1', `"epoch":${sent}`);
        assert.equal((await send(`"predictions":[${row}]`)).status, 200);
        const { text } = await request(server, predictionsPath(job.id, `?epoch=${filed}`));
        assert.ok(text.includes(`"epoch":${filed},`) && text.includes(`"epoch_exact":${sent}`), text);
        assert.equal((await only())['epoch'], filed);
      });
    }

    it('is of one checkpoint with others of its step', async () => {
      await post(server, job, [sample({ epoch: 0.25 }), sample({ epoch: 0.26 }), sample({ epoch: 0 })]);
      const { json } = await request(server, predictionsPath(job.id, '/checkpoints'));
      assert.deepEqual(
        (json['checkpoints'] as Fields[]).map((checkpoint) => checkpoint['prediction_count']),
        [3],
      );
      assert.ok((await readPredictions(server, job.id)).some((row) => !('epoch_exact' in row)));
    });
  });

  describe('with scores', () => {
    it('keeps them as they were sent, truth values and names of objects among them', async () => {
      const scores = '{"reward":0.70,"format":true,"judge":null,"__proto__":1,"exact_match":0.5}';
      const row = JSON.stringify(sample({ ground_truth: 'hello' })).replace('}', `,"scores":${scores}}`);
      assert.equal((await send(`"predictions":[${row}]`)).status, 200);
      const { text } = await request(server, predictionsPath(job.id));
      assert.ok(text.includes(`"scores":${scores}`), text);
      const { exact_match, char_error_rate } = await only();
      assert.deepEqual([exact_match, char_error_rate], [undefined, 0]);
      assert.equal((await trends())['avg_exact_match'], 0.5);
    });

    it('counts a truth value as 1 or 0, and serves it as it was sent', async () => {
      const row = { char_error_rate: true, exact_match: false, length_ratio: true, word_overlap: false };
      await post(server, job, [sample(row), sample({ scores: { validation_pass: 1 } })]);
      const { avg_exact_match, avg_char_error_rate, max_char_error_rate, validation_pass_rate } = await trends();
      assert.deepEqual([avg_exact_match, avg_char_error_rate, max_char_error_rate, validation_pass_rate], [0, 1, 1, 1]);
      assert.deepEqual((await readPredictions(server, job.id))[0]?.['char_error_rate'], true);
    });

    for (const [what, fields, error] of [
      ['scores that are none', { scores: [1] }, 'scores: expected object or null'],
      ['a score that is text', { scores: { a: 'x' } }, 'scores.a: expected number or boolean or null'],
      ['a score without a name', { scores: { '': 1 } }, 'scores.: '],
      ['a name of 101 characters', { scores: { ['x'.repeat(101)]: 1 } }, `scores.${'x'.repeat(101)}: `],
      ['a score named as a field', { scores: { step: 1 } }, 'scores.step: is a field of a prediction'],
      ['a completion index that is none', { completion_index: -1 }, 'completion_index: '],
      ['a restart that is none', { restart: 1.5 }, 'restart: expected integer or null'],
      ['a restart from nowhere', { restart_from: 'x' }, 'restart_from: expected integer or null'],
      ['a revision that is none', { revision: true }, 'revision: expected integer or null'],
      ['a prompt id that is none', { prompt_id: 1.5 }, 'prompt_id: expected string or integer or null'],
      ['a negative epoch', { epoch: -0.5 }, 'epoch: '],
      ['no epoch', { epoch: null }, 'epoch: expected number'],
    ] as const) {
      it(`is refused with ${what}`, async () => {
        const { status, json } = await post(server, job, [sample(), sample(fields)]);
        assert.equal(status, 400);
        assert.ok(String(json['error']).startsWith(`predictions[1].${error}`), String(json['error']));
        assert.deepEqual(await readPredictions(server, job.id), []);
      });
    }
  });

  describe('with numbers that JSON has not', () => {
    const row = (members: string) => JSON.stringify(sample({ ground_truth: 'hello' })).replace('}', `,${members}}`);

    it('has null in their place, and its job says how many there were', async () => {
      const rows = [
        row('"char_error_rate":NaN,"scores":{"reward":-Infinity,"exact_match":NaN},"x":[{"y":[[Infinity]]}]'),
        row('"note":"NaN, -Infinity: [NaN]","a\\"NaN":1'),
      ];
      assert.equal((await send(`"other":NaN,"predictions":[${rows}]`)).status, 200);
      const [first = {}, second = {}] = await readPredictions(server, job.id);
      assert.deepEqual([first['scores'], first['x']], [{ reward: null, exact_match: null }, [{ y: [[null]] }]]);
      assert.deepEqual([first['char_error_rate'], first['exact_match'], first['length_ratio']], [null, undefined, 1]);
      assert.deepEqual([second['note'], second['a"NaN'], second['exact_match']], ['NaN, -Infinity: [NaN]', 1, 1]);
      assert.equal((await listed())['nonfinite_values'], 4);
      const { json } = await request(server, '/api/training/jobs');
      assert.equal((json['jobs'] as Fields[]).find(({ id }) => id === job.id)?.['nonfinite_values'], 4);
    });

    it('are counted of metrics too, and of no row that was there already', async () => {
      const metrics = `{"job_id":${JSON.stringify(job.id)},"metrics":[{"step":1,"train_loss":NaN,"eval_loss":Infinity}]}`;
      const headers = { Authorization: `Bearer ${job.token}`, 'Idempotency-Key': randomUUID() };
      for (let time = 0; time < 2; time += 1) {
        const answer = await request(server, '/api/training/local/metrics', { method: 'POST', headers, body: metrics });
        assert.deepEqual([answer.status, answer.json], [200, { success: true, count: 1 }]);
      }
      const known = row(`"id":"${randomUUID()}","reward":NaN`);
      for (let time = 0; time < 2; time += 1) await send(`"predictions":[${known}]`);
      assert.equal((await listed())['nonfinite_values'], 3);
      assert.equal((await listed())['loss'], null);
    });

    it('are none where there are only finite ones', async () => {
      await post(server, job, [sample()]);
      assert.ok(!('nonfinite_values' in (await listed())));
    });

    for (const [what, body, error] of [
      ['cut short', '"predictions":[{"a":NaN,"b":', /position 51|end of JSON/],
      ['wrong behind one', '"predictions":[{"a":NaN,"b":nan}]', /Unexpected token 'a', .*:NaN,"b":nan\}/],
      ['NaN as a name', '"predictions":[{NaN:1}]', /not valid JSON/],
      ['NaN with more behind it', '"predictions":[NaNs]', /not valid JSON/],
    ] as const) {
      it(`are told where they were sent in a body that is ${what}`, async () => {
        const answer = await postText(server, job.token, `{"job_id":"${'a'.repeat(10)}",${body}`);
        assert.equal(answer.status, 400);
        assert.match(String(answer.json['error']), error);
      });
    }

    it('is refused where it is too large and the field is no score', async () => {
      for (const [field, error] of [
        ['prompt_id', /^predictions\[0\]\.prompt_id: expected/],
        ['validation_pass', /^predictions\[0\]\.validation_pass: expected boolean/],
      ] as const) {
        const answer = await send(`"predictions":[${row(`"${field}":1e400`)}]`);
        assert.equal(answer.status, 400);
        assert.match(String(answer.json['error']), error);
      }
    });

    it('keeps the digits of one that is too large, which is no score', async () => {
      const sent = row('"char_error_rate":1e400,"scores":{"reward":-1e999},"own":1E+400,"big":18446744073709551615');
      assert.equal((await send(`"predictions":[${sent}]`)).status, 200);
      const { text } = await request(server, predictionsPath(job.id));
      for (const kept of ['"char_error_rate":1e400', '"reward":-1e999', '"own":1E+400', '18446744073709551615']) {
        assert.ok(text.includes(kept), text);
      }
      assert.equal((await trends())['avg_char_error_rate'], null);
      const { json } = await request(server, predictionsPath(job.id, '/trends?by=checkpoint'));
      const [point] = json['trends'] as { scores: Fields }[];
      assert.deepEqual(Object.keys(point?.scores ?? {}), ['exact_match', 'word_overlap', 'length_ratio', 'big']);
      assert.ok(!('nonfinite_values' in (await listed())));
    });
  });

  describe('with an id of its sender', () => {
    const id = '0B5C1F5E-3C1B-5C7E-9D3A-3A1D2C4B5A69';
    const answers = async (...rows: Fields[]) => (await post(server, job, rows)).json;
    const ids = async () => (await readPredictions(server, job.id, '?order=asc')).map((row) => row['id']);

    it('is known when it comes again, in whatever case, and is counted and streamed once', async () => {
      const stream = await openStream(server, job.id);
      assert.deepEqual(await answers(sample({ id }), sample()), { success: true, count: 2, known: 0 });
      assert.deepEqual(await answers(sample({ id: id.toLowerCase() })), { success: true, count: 1, known: 1 });
      assert.deepEqual(await answers(sample({ id, scores: { other: 1 } }), sample({ sample_index: 7 })), {
        success: true,
        count: 2,
        known: 1,
      });
      await stream.until(({ predictions }) => predictions.length === 3);
      stream.close();
      const rows = await readPredictions(server, job.id, '?order=asc');
      assert.deepEqual(
        rows.map(({ seq, id: own }) => [seq, own === id.toLowerCase()]),
        [
          [1, true],
          [2, false],
          [3, false],
        ],
      );
      const { json } = await request(server, predictionsPath(job.id, '/epochs'));
      assert.deepEqual(json['epochs'], [{ epoch: 1, prediction_count: 3, latest_step: 10 }]);
    });

    it('is known once when it is twice in one batch', async () => {
      assert.deepEqual(await answers(sample({ id }), sample({ id }), sample({ id })), {
        success: true,
        count: 3,
        known: 2,
      });
      assert.deepEqual(await ids(), [id.toLowerCase()]);
    });

    for (const fields of [
      { epoch: 2 },
      { step: 11 },
      { sample_index: 1 },
      { completion_index: 0 },
      { restart: 1 },
      { revision: 1 },
      { prediction: 'other' },
    ] as Fields[]) {
      it(`is stored under another when the row of that id has another ${Object.keys(fields)[0]}`, async () => {
        await answers(sample({ id }));
        assert.deepEqual(await answers(sample({ id, ...fields })), { success: true, count: 1, known: 0 });
        const found = await ids();
        assert.deepEqual([found.length, new Set(found).size, found[0]], [2, 2, id.toLowerCase()]);
      });
    }

    it('is known by what is filed: 0 restarts are none, and a fraction is of its epoch', async () => {
      await answers(sample({ id, epoch: 1 }));
      assert.equal((await answers(sample({ id, epoch: 1.5, restart: 0, revision: 0 })))['known'], 1);
    });

    it('is its job’s alone, and any other id is the server’s to give', async () => {
      await answers(sample({ id }));
      const other = await createJob(server);
      assert.deepEqual((await post(server, other, [sample({ id })])).json, { success: true, count: 1, known: 0 });
      assert.deepEqual(await answers(sample({ id: 'row 1' }), sample({ id: 7 })), { success: true, count: 2 });
    });

    it('may be one that the server gave, or that was imported', async () => {
      await answers(sample());
      const [given] = await ids();
      assert.equal((await answers(sample({ id: given })))['known'], 1);
      const imported = `imported-${randomUUID()}`;
      await request(server, `/api/training/local/jobs/${imported}/import`, {
        method: 'POST',
        body: JSON.stringify(sample({ id })),
      });
      const made = await createJob(server, { job_id: imported });
      assert.equal((await post(server, made, [sample({ id: id.toLowerCase() })])).json['known'], 1);
      assert.equal((await readPredictions(server, imported)).length, 1);
    });

    it('gets the first answer to a key that is repeated', async () => {
      await answers(sample({ id }));
      const body = JSON.stringify({ job_id: job.id, predictions: [sample({ id }), sample({ id: randomUUID() })] });
      const headers = { Authorization: `Bearer ${job.token}`, 'Idempotency-Key': randomUUID() };
      for (let time = 0; time < 2; time += 1) {
        const { json } = await request(server, '/api/training/local/predictions', { method: 'POST', headers, body });
        assert.deepEqual(json, { success: true, count: 2, known: 1 });
      }
    });

    it('is stored once, however many send it at the same moment', async () => {
      const rows = Array.from({ length: 50 }, (_, index) => sample({ id: randomUUID(), sample_index: index }));
      const told = await Promise.all(Array.from({ length: 8 }, () => post(server, job, rows)));
      assert.equal(
        told.reduce((sum, { json }) => sum + Number(json['known']), 0),
        350,
      );
      assert.equal((await readPredictions(server, job.id, '?limit=1000')).length, 50);
    });
  });

  describe('imported', () => {
    const importLines = (name: string, text: string) =>
      request(server, `/api/training/local/jobs/${name}/import`, { method: 'POST', body: text });

    it('is filed, scored and counted as one that is posted', async () => {
      const name = `imported-${randomUUID()}`;
      const line = JSON.stringify(sample({ epoch: 0.5, ground_truth: 'hello' })).replace('}', ',"exact_match":NaN}');
      const answer = await importLines(name, `${line}\n${line}\n`);
      assert.deepEqual([answer.status, answer.json['count']], [200, 2]);
      const [row = {}] = await readPredictions(server, name);
      const { epoch, epoch_exact, exact_match, char_error_rate } = row;
      assert.deepEqual([epoch, epoch_exact, exact_match, char_error_rate], [0, 0.5, null, 0]);
      const { json } = await request(server, '/api/training/local/jobs');
      assert.equal((json['jobs'] as Fields[]).find(({ id }) => id === name)?.['nonfinite_values'], 2);
    });

    it('is refused by its line when a score is named as a field', async () => {
      const answer = await importLines(`i-${randomUUID()}`, JSON.stringify(sample({ scores: { epoch: 1 } })));
      assert.match(String(answer.json['error']), /^Line 1: scores.epoch: is a field of a prediction/);
    });
  });
});
