import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { readSampleRun } from '../support/sampleRun.ts';
import { startServer, type TestServer } from '../support/server.ts';
import {
  type Answer,
  createJob,
  type Fields,
  post,
  postText,
  predictionsPath,
  readPredictions,
  request,
  sample,
  type TestJob,
} from '../support/serverClient.ts';

describe('the prediction routes', () => {
  let server: TestServer;
  let job: TestJob;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  beforeEach(async () => {
    job = await createJob(server);
  });

  const total = async () => (await request(server, predictionsPath(job.id, '?limit=1'))).json['total_count'];
  const only = async (): Promise<Fields> => {
    const rows = await readPredictions(server, job.id);
    assert.equal(rows.length, 1);
    return rows[0] ?? {};
  };

  describe('POST /api/training/local/predictions', () => {
    it('stores a batch and says how many', async () => {
      const answer = await post(server, job, [sample(), sample({ sample_index: 1 })]);
      assert.deepEqual([answer.status, answer.json], [200, { success: true, count: 2 }]);
      assert.equal(await total(), 2);
    });

    it('sets id, job, user and time, whatever the script says of them', async () => {
      await post(server, job, [sample({ id: 'x', user_id: 'y', created_at: 'z', seq: 99, job_id: job.id })]);
      const { id, job_id: jobId, user_id: userId, created_at: createdAt, seq } = await only();
      assert.match(String(id), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      assert.deepEqual([jobId, userId, seq], [job.id, 'local', 1]);
      assert.equal(new Date(String(createdAt)).toISOString(), createdAt);
    });

    it('keeps unknown fields, and numbers digit by digit', async () => {
      const record = JSON.stringify(sample()).replace('}', ',"seed":18446744073709551615,"x":{"__proto__":[1,\r\n2]}}');
      await postText(server, job.token, `{"job_id":${JSON.stringify(job.id)},"predictions":[${record}]}`);
      const { text } = await request(server, predictionsPath(job.id));
      assert.ok(text.includes('"seed":18446744073709551615'), text);
      assert.deepEqual(JSON.parse(text).predictions[0].x, JSON.parse('{"__proto__":[1,2]}'));
    });

    for (const [what, text] of [
      ['markup', '<img src=x onerror=alert(1)><script>alert(2)</script>&amp;'],
      ['lone surrogates', 'a\ud800b\udc00c'],
      ['NULs and control characters', 'a\0b\u001b[31mc\u0007\u2028\u2029\u0085'],
      ['line ends', 'one\ntwo\r\nthree\rfour\n\nevent: x\ndata: y\n\n'],
      ['emoji and right-to-left text', '👩‍👩‍👧 שלום \u202e'],
      ['5 MB', `${'lorem ipsum "\\ '.repeat(350_000)}`],
    ] as const) {
      it(`keeps ${what} as they are`, async () => {
        const answer = await post(server, job, [sample({ prompt: text, prediction: text, ground_truth: text })]);
        assert.equal(answer.status, 200);
        const { prompt, prediction, ground_truth: truth } = await only();
        assert.ok(prompt === text && prediction === text && truth === text);
      });
    }

    it('keeps a BOM inside a text, and ignores one before the body', async () => {
      const body = JSON.stringify({ job_id: job.id, predictions: [sample({ prediction: '\ufeffx' })] });
      assert.equal((await postText(server, job.token, `\ufeff${body}`)).status, 200);
      assert.equal((await only())['prediction'], '\ufeffx');
    });

    describe('refuses, with a reason and nothing stored,', () => {
      const good = sample();
      const { step: _, ...noStep } = good;

      for (const [what, predictions, error] of [
        ['a missing step', [noStep], 'predictions[0].step: required'],
        ['an epoch that is text', [good, good, good, { ...good, epoch: 'x' }], 'predictions[3].epoch: expected number'],
        ['a negative epoch', [{ ...good, epoch: -1 }], 'predictions[0].epoch: '],
        ['an epoch beyond 2^53', [{ ...good, epoch: 2 ** 53 }], 'predictions[0].epoch: '],
        ['a prediction that is no text', [{ ...good, prediction: null }], 'predictions[0].prediction: expected string'],
        [
          'a truth that is no text',
          [{ ...good, ground_truth: 1 }],
          'predictions[0].ground_truth: expected string or null',
        ],
        [
          'a rate that is text',
          [{ ...good, char_error_rate: '0' }],
          'predictions[0].char_error_rate: expected number or boolean or null',
        ],
        ['a record that is none', [good, null], 'predictions[1]: expected object'],
        ['a record of another job', [good, { ...good, job_id: 'other' }], 'predictions[1].job_id: differs'],
        ['an empty batch', [], 'predictions: '],
        ['a batch that is no array', {}, 'predictions: expected array'],
      ] as const) {
        it(what, async () => {
          const answer = await postText(server, job.token, JSON.stringify({ job_id: job.id, predictions }));
          assert.equal(answer.status, 400);
          assert.deepEqual(Object.keys(answer.json), ['error']);
          assert.ok(String(answer.json['error']).startsWith(error), answer.text);
          assert.equal(await total(), 0);
        });
      }

      for (const [what, body, error] of [
        ['no body', '', /body is missing/],
        ['a body that is not JSON', 'job_id=1', /not valid JSON/],
        ['a body that was cut short', '{"job_id":"a","predictions":[', /not valid JSON/],
        [
          'an epoch that is NaN, which Python writes',
          '{"job_id":"JOB","predictions":[{"epoch":NaN,"step":1,"sample_index":0,"prompt":"p","prediction":"a"}]}',
          /^predictions\[0\].epoch: expected number$/,
        ],
        ['a body without job_id', '{"predictions":[]}', /^job_id: required$/],
        ['a job_id that is no text', '{"job_id":1}', /^job_id: expected string$/],
        ['a list', '[]', /^job_id: required$/],
        ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), /not valid UTF-8/],
      ] as const) {
        it(what, async () => {
          const sent = typeof body === 'string' ? body.replace('JOB', job.id) : body;
          const answer = await postText(server, job.token, sent);
          assert.equal(answer.status, 400);
          assert.match(String(answer.json['error']), error);
          assert.equal(await total(), 0);
        });
      }

      it('a body without predictions', async () => {
        const answer = await postText(server, job.token, JSON.stringify({ job_id: job.id }));
        assert.deepEqual([answer.status, answer.json], [400, { error: 'predictions: required' }]);
      });

      it('a body of more than 32 MB, however it is sent', async () => {
        const body = new Uint8Array(33 * 1024 * 1024).fill(0x20);
        // A client that still writes can meet the closed connection before it reads the answer: it asks again.
        const answered = (send: () => Promise<Answer>) => eventually('an answer', () => send().catch(() => undefined));
        const whole = await answered(() => postText(server, job.token, body));
        assert.equal(whole.status, 413);
        assert.match(String(whole.json['error']), /32 MB/);
        const chunked = await answered(() =>
          request(server, '/api/training/local/predictions', {
            method: 'POST',
            headers: { Authorization: `Bearer ${job.token}` },
            body: new Blob([body]).stream(),
            duplex: 'half',
          } as RequestInit),
        );
        assert.equal(chunked.status, 413);
        assert.equal(await total(), 0);
      });
    });

    it('answers 404 for a job that is not there', async () => {
      const answer = await post(server, { id: 'nothing', token: job.token }, [sample()]);
      assert.deepEqual([answer.status, answer.json], [404, { error: 'Job not found' }]);
    });
  });

  describe('scores', () => {
    const scores = async () => {
      const { exact_match, char_error_rate, length_ratio, word_overlap, score_skipped } = await only();
      return { exact_match, char_error_rate, length_ratio, word_overlap, score_skipped };
    };

    it('are filled in where there is a truth and the script sent none', async () => {
      await post(server, job, [sample({ prediction: 'kitten', ground_truth: 'sitting' })]);
      const { char_error_rate: rate, ...rest } = await scores();
      assert.ok(Math.abs(Number(rate) - 3 / 7) < 1e-12);
      assert.deepEqual(rest, { exact_match: 0, length_ratio: 6 / 7, word_overlap: 0, score_skipped: undefined });
    });

    it('are left as the script sent them; only missing and null ones are filled in', async () => {
      await post(server, job, [
        sample({ prediction: 'a', ground_truth: 'a', char_error_rate: 0.5, exact_match: null }),
      ]);
      const { exact_match, char_error_rate, length_ratio } = await scores();
      assert.deepEqual([exact_match, char_error_rate, length_ratio], [1, 0.5, 1]);
    });

    it('are absent without a truth', async () => {
      await post(server, job, [sample({ ground_truth: null })]);
      assert.ok(Object.values(await scores()).every((value) => value === undefined));
    });

    it('of long texts are computed beside the server, which answers meanwhile', async () => {
      const [prediction, truth] = ['ab'.repeat(12_000), 'ba'.repeat(12_000)];
      const batch = post(server, job, [
        sample({ prediction, ground_truth: truth }),
        sample({ prediction: 'a', ground_truth: 'b' }),
      ]);
      assert.equal((await request(server, '/health')).status, 200);
      assert.equal((await batch).status, 200);
      const rows = await readPredictions(server, job.id);
      assert.deepEqual(
        rows.map((row) => row['char_error_rate']),
        [2 / 24_000, 1],
      );
    });

    it('of texts that are too long to compare are null, with the reason', async () => {
      const text = 'x'.repeat(100_000);
      await post(server, job, [sample({ prediction: text, ground_truth: text })]);
      const { score_skipped: reason, ...rest } = await scores();
      assert.deepEqual(rest, { exact_match: 1, char_error_rate: null, length_ratio: 1, word_overlap: 1 });
      assert.match(String(reason), /char_error_rate.*100000 × 100000/);
    });
  });

  describe('GET /api/training/predictions/{jobId}', () => {
    /** Sequence numbers 1 to 6. */
    const places = [
      [2, 0],
      [0, 1],
      [2, 1],
      [0, 0],
      [0, 0],
      [1, 0],
    ];
    const seqs = async (query = '') => (await readPredictions(server, job.id, query)).map((row) => row['seq']);

    beforeEach(() =>
      post(
        server,
        job,
        places.map(([epoch, sample_index]) => sample({ epoch, sample_index })),
      ),
    );

    it('is ordered by epoch, then sample, with the counts of the whole job', async () => {
      const { predictions, ...rest } = (await request(server, predictionsPath(job.id))).json;
      assert.deepEqual(rest, { job_id: job.id, total_count: 6, epoch_count: 3 });
      assert.deepEqual(
        (predictions as Fields[]).map((row) => row['seq']),
        [4, 5, 2, 6, 1, 3],
      );
    });

    it('filters by epoch, epoch 0 too, and still counts the whole job', async () => {
      assert.deepEqual(await seqs('?epoch=0'), [4, 5, 2]);
      assert.deepEqual(await seqs('?epoch=7'), []);
      assert.equal((await request(server, predictionsPath(job.id, '?epoch=0&limit=1'))).json['total_count'], 6);
    });

    it('pages by limit and offset', async () => {
      assert.deepEqual(await seqs('?limit=2&offset=1'), [5, 2]);
      assert.deepEqual(await seqs('?limit=2&offset=1&epoch=0'), [5, 2]);
      assert.deepEqual(await seqs('?offset=6'), []);
    });

    it('reads on after a sequence number, and by sequence in both directions', async () => {
      assert.deepEqual(await seqs('?after=4'), [5, 6]);
      assert.deepEqual(await seqs('?after=0&limit=2'), [1, 2]);
      assert.deepEqual(await seqs('?after=2&order=desc'), [6, 5, 4, 3]);
      assert.deepEqual(await seqs('?order=desc&limit=2'), [6, 5]);
      assert.deepEqual(await seqs('?order=asc&epoch=2'), [1, 3]);
    });

    for (const query of ['epoch=x', 'limit=ten', 'offset=-1', 'after=1.5', 'order=up', 'epoch=']) {
      it(`refuses ${query} by name`, async () => {
        const answer = await request(server, predictionsPath(job.id, `?${query}`));
        assert.equal(answer.status, 400);
        assert.ok(String(answer.json['error']).startsWith(`${query.split('=')[0]}: `), answer.text);
      });
    }

    it('gives 50 rows by default, and never more than 1,000', async () => {
      const rows = Array.from({ length: 1100 }, (_, index) => sample({ epoch: 9, sample_index: index }));
      await post(server, job, rows);
      assert.equal((await seqs()).length, 50);
      assert.equal((await seqs('?limit=5000')).length, 1000);
    });
  });

  describe('what it tells of the recorded run', () => {
    const run = readSampleRun();

    beforeEach(async () => {
      for (let start = 0; start < run.length; start += 200) await post(server, job, run.slice(start, start + 200));
    });

    it('is every prediction as it was recorded', async () => {
      const rows: Fields[] = [];
      for (const offset of [0, 1000])
        rows.push(...(await readPredictions(server, job.id, `?limit=1000&offset=${offset}`)));
      const stripped = rows.map(({ id: _, job_id: __, user_id: ___, created_at: ____, seq: _____, ...rest }) => rest);
      assert.deepEqual(stripped, run);
    });

    it('is the trends that the predictions have', async () => {
      const epochs = [...new Set(run.map((row) => row.epoch))];
      const mean = (values: (number | boolean | null | undefined)[]) => {
        const known = values.filter((value) => value != null).map(Number);
        return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
      };
      const expected = epochs.map((epoch) => {
        const rows = run.filter((row) => row.epoch === epoch);
        const rates = rows.flatMap((row) => row.char_error_rate ?? []);
        return {
          epoch,
          step: Math.max(...rows.map((row) => row.step)),
          sample_count: rows.length,
          avg_exact_match: mean(rows.map((row) => row.exact_match)),
          avg_char_error_rate: mean(rates),
          avg_length_ratio: mean(rows.map((row) => row.length_ratio)),
          avg_word_overlap: mean(rows.map((row) => row.word_overlap)),
          min_char_error_rate: Math.min(...rates),
          max_char_error_rate: Math.max(...rates),
          validation_pass_rate: mean(rows.map((row) => row.validation_pass)),
        };
      });
      const { json } = await request(server, predictionsPath(job.id, '/trends'));
      assert.equal(json['job_id'], job.id);
      const trends = json['trends'] as Record<string, number | null>[];
      assert.equal(trends.length, 31);
      for (const [index, point] of expected.entries()) {
        for (const [name, value] of Object.entries(point)) {
          const told = trends[index]?.[name];
          const equal = value === null ? told === null : Math.abs(Number(told) - value) < 1e-9;
          assert.ok(equal, `${name} of epoch ${point.epoch}: ${told}, computed ${value}`);
        }
      }
      const [first, last] = [expected[0]?.avg_char_error_rate ?? 0, expected.at(-1)?.avg_char_error_rate ?? 0];
      assert.ok(Math.abs(Number(json['overall_improvement']) - ((first - last) / first) * 100) < 1e-9);
    });

    it('is the epochs with their counts and last steps', async () => {
      const { json } = await request(server, predictionsPath(job.id, '/epochs'));
      const epochs = json['epochs'] as Fields[];
      assert.deepEqual(
        epochs,
        Array.from({ length: 31 }, (_, epoch) => ({ epoch, prediction_count: 50, latest_step: epoch * 40 })),
      );
    });
  });

  describe('GET …/trends and …/epochs', () => {
    it('are empty for a job without predictions', async () => {
      const trends = await request(server, predictionsPath(job.id, '/trends'));
      assert.deepEqual(trends.json, { job_id: job.id, trends: [], overall_improvement: null });
      assert.deepEqual((await request(server, predictionsPath(job.id, '/epochs'))).json, {
        job_id: job.id,
        epochs: [],
      });
      const page = await request(server, predictionsPath(job.id));
      assert.deepEqual(page.json, { job_id: job.id, total_count: 0, epoch_count: 0, predictions: [] });
    });

    it('are null where no row has a value', async () => {
      await post(server, job, [sample({ epoch: 0 }), sample({ epoch: 1, prediction: 'a', ground_truth: 'a' })]);
      const { json } = await request(server, predictionsPath(job.id, '/trends'));
      const [first, second] = json['trends'] as Fields[];
      assert.deepEqual([first?.['avg_char_error_rate'], first?.['validation_pass_rate']], [null, null]);
      assert.equal(second?.['avg_char_error_rate'], 0);
      assert.equal(json['overall_improvement'], null);
    });
  });
});
