import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ListeningServer, listen } from '../support/listen.ts';
import { runProgram } from '../support/runProgram.ts';
import { examples, withOutbox } from '../support/scripts.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Fields, readPredictions, request } from '../support/serverClient.ts';

/** Python: a number as NumPy and PyTorch have it, and a row of the second edition. */
const given = `
class Scalar:
    def __init__(self, value):
        self.value = value
    def item(self):
        return self.value
class LongDouble(Scalar):
    def item(self):
        return self
    def __float__(self):
        return float(self.value)
def row(step, **fields):
    return {"epoch": Scalar(0.5), "step": Scalar(step), "sample_index": 0, "prompt": "p", "prediction": str(step), **fields}
rich = row(7, scores={"reward": Scalar(0.25), "passed": Scalar(True), "long": LongDouble(2), "judge": None, "bad": float("nan")},
           prompt_id=12, restart=1, restart_from=3, completion_index=0, id="0b9f9b52-3e43-4b3c-8b2f-2f5f0f6d6a01",
           latency_ms=float("inf"), note={"deep": [float("-inf"), 1]})
`;
const snippet = `${given}
import logging
from log_predictions import *
logging.basicConfig(format="%(message)s")
`;

interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('a script, by what its server says of itself in /health', function () {
  this.timeout(60_000);
  let home: string;
  let server: TestServer;
  let front: ListeningServer;
  /** All that was asked, and what /health answers, the latter taken from the front. */
  let seen: Seen[];
  let health: { status: number; text: string }[];
  /** Answers instead of the server behind. */
  let answer: ((path: string) => Fields) | undefined;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  beforeEach(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'editions-'));
    seen = [];
    answer = undefined;
    front = await listen(async (incoming, outgoing) => {
      const url = incoming.url ?? '';
      const body = Buffer.concat(await incoming.toArray());
      seen.push({ path: url, headers: incoming.headers, body: body.toString() });
      if (url === '/health') {
        const told = (health.length > 1 ? health.shift() : health[0]) ?? { status: 404, text: '' };
        outgoing.writeHead(told.status).end(told.text);
      } else if (answer !== undefined) outgoing.end(JSON.stringify(answer(url)));
      else {
        const { host: _, connection: __, ...headers } = incoming.headers;
        const forwarded = await fetch(server.url + url, {
          method: incoming.method ?? 'GET',
          headers: headers as Record<string, string>,
          body,
        });
        outgoing.writeHead(forwarded.status).end(await forwarded.text());
      }
    });
  });
  afterEach(async () => {
    await front.close();
    rmSync(home, { recursive: true });
  });

  const environment = () => ({
    TRAINING_PREDICTIONS_HOME: home,
    FINETUNE_LAB_API_URL: front.url,
    FINETUNE_LAB_API_KEY: server.apiKey,
  });
  const python = (lines: string) =>
    runProgram('python3', ['-c', snippet + lines], { env: environment(), cwd: examples });
  const paths = () => seen.map((one) => one.path.replace('/api/training/local/', ''));
  const bodies = (kind: string) => seen.filter((one) => one.path.endsWith(`/${kind}`)).map(({ body }) => body);

  const ways: Record<string, (job: string) => string> = {
    'log_predictions.py': (job) => `
token = save_job("${job}", status="running", loss=float("nan"))
log_predictions("${job}", token, [rich], "key-of-${job}")
log_predictions("${job}", token, [rich], "key-of-${job}")
log_metrics("${job}", token, [{"step": 7, "epoch": 0.5, "grad_norm": float("nan"), "restart": 1}])
`,
    'prediction_outbox.py': (job) => `
from prediction_outbox import PredictionOutbox
other = PredictionOutbox("${job}", retry_seconds=(0.02, 0.1))
other.job(status="running", loss=Scalar(float("nan")))
other.predictions([rich])
other.metrics([{"step": 7, "epoch": 0.5, "grad_norm": float("nan"), "restart": 1}])
other.job(status="completed")
assert other.close() == 0
`,
  };

  for (const [name, lines] of Object.entries(ways)) {
    it(`sends the fields of the first edition alone where there is no second: ${name}`, async () => {
      const pages = ['', '<html>"edition"</html>', '{"status":"ok"}', '{"edition":1}', '{"edition":"2"}'];
      for (const [index, text] of pages.entries()) {
        health = [{ status: text === '' ? 404 : 200, text }];
        const job = `first-${name.length}-${index}`;
        const ended = await python(lines(job));
        assert.equal(ended.code, 0, ended.stderr);
        const [row, ...others] = await readPredictions(server, job);
        assert.deepEqual(others, []);
        const { id, created_at: _, job_id: __, user_id: ___, seq: ____, ...fields } = row as Fields;
        assert.notEqual(id, '0b9f9b52-3e43-4b3c-8b2f-2f5f0f6d6a01');
        const nothing = Object.entries(fields).filter(([, value]) => value === null);
        assert.deepEqual(
          { ...fields, ...Object.fromEntries(nothing.map(([field]) => [field, undefined])) },
          {
            ...Object.fromEntries(nothing.map(([field]) => [field, undefined])),
            ...{ epoch: 0, step: 7, sample_index: 0, prompt: 'p', prediction: '7', prompt_id: '12' },
            ...{ latency_ms: undefined, note: { deep: [null, 1] } },
          },
        );
        const { json } = await request(server, `/api/training/local/${job}/metrics`);
        const [metric] = json['metrics'] as Fields[];
        assert.deepEqual([metric?.['epoch'], metric?.['grad_norm'], metric?.['restart']], [0, null, undefined]);
        assert.equal(
          ended.stderr.match(/completion_index, id, restart, restart_from, scores is left out: this server/g)?.length,
          1,
          ended.stderr,
        );
      }
      assert.ok(seen.every(({ body }) => !/NaN|Infinity|scores/.test(body)));
      assert.ok(seen.filter((one) => one.path.endsWith('/predictions')).every((one) => one.headers['idempotency-key']));
      assert.ok(seen.filter((one) => one.path === '/health').every((one) => !('x-api-key' in one.headers)));
    });

    it(`sends all of it where there is a second edition: ${name}`, async () => {
      health = [{ status: 200, text: '{"status":"ok","version":"2","edition":2,"instance":"i"}' }];
      answer = () => ({ success: true, count: 1, known: 1, job_token: 'token' });
      const ended = await python(lines('second'));
      assert.deepEqual([ended.code, ended.stderr], [0, '']);
      for (const body of bodies('predictions')) {
        const sent = JSON.parse(body.replaceAll(/-?\b(NaN|Infinity)\b/g, '"$&"')) as { predictions: Fields[] };
        assert.deepEqual(sent.predictions, [
          {
            ...{ epoch: 0.5, step: 7, sample_index: 0, prompt: 'p', prediction: '7', prompt_id: 12 },
            ...{ restart: 1, restart_from: 3, completion_index: 0, id: '0b9f9b52-3e43-4b3c-8b2f-2f5f0f6d6a01' },
            ...{ latency_ms: 'Infinity', note: { deep: ['-Infinity', 1] } },
            scores: { reward: 0.25, passed: true, long: 2, judge: null, bad: 'NaN' },
          },
        ]);
      }
      assert.match(bodies('metrics')[0] ?? '', /"epoch": 0\.5, "grad_norm": NaN, "restart": 1/);
      assert.match(bodies('jobs')[0] ?? '', /"loss": null/);
    });
  }

  it('leaves nothing out because /health is busy, and asks it only for rows that need it', async () => {
    const busy = [408, 425, 429, 502, 503, 504].map((status) => ({ status, text: '' }));
    health = [...busy, { status: 200, text: '{"edition": 2}' }];
    answer = () => ({ success: true, count: 1, job_token: 'token' });
    const ended = await withOutbox(
      `${given}
outbox.predictions([{"epoch": 1, "step": 1, "sample_index": 0, "prompt": "p", "prediction": "a"}])
outbox.predictions([rich])
outbox._ended = True
sys.exit(outbox.close())`,
      environment(),
    );
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(paths(), ['jobs', 'predictions', ...busy.map(() => '/health'), '/health', 'predictions']);
    assert.match(bodies('predictions')[1] ?? '', /"reward": 0\.25/);
  });

  for (const [name, lines] of Object.entries(ways)) {
    it(`sends all of it to the local server, and it is there: ${name}`, async () => {
      const job = `proved-${name.length}`;
      const ended = await runProgram('python3', ['-c', snippet + lines(job)], {
        env: { TRAINING_PREDICTIONS_HOME: server.dataDir },
        cwd: examples,
      });
      assert.equal(ended.code, 0, ended.stderr);
      const [row, ...others] = await readPredictions(server, job);
      assert.deepEqual(others, []);
      const { epoch, epoch_exact, scores, prompt_id, restart, restart_from, latency_ms, note } = row as Fields;
      assert.deepEqual([epoch, row?.['prediction'], latency_ms, note], [0, '7', null, { deep: [null, 1] }]);
      const { json } = await request(server, `/api/training/local/${job}/metrics`);
      const [metric] = json['metrics'] as Fields[];
      assert.equal(metric?.['grad_norm'], null);
      assert.deepEqual(
        [epoch_exact, prompt_id, restart, restart_from, scores],
        [0.5, 12, 1, 3, { reward: 0.25, passed: true, long: 2, judge: null, bad: null }],
      );
      assert.equal(row?.['id'], '0b9f9b52-3e43-4b3c-8b2f-2f5f0f6d6a01');
      assert.deepEqual([metric?.['epoch'], metric?.['restart']], [0.5, 1]);
      const { json: listed } = await request(server, '/api/training/local/jobs');
      const { nonfinite_values: count } = (listed['jobs'] as Fields[]).find(({ id }) => id === job) ?? {};
      assert.ok(Number(count) > 0, `${count}`);
    });
  }

  it('sends what can be sent: a value, a score, a row that cannot costs itself alone and is named', async () => {
    health = [];
    const ended = await withOutbox(
      `${given}
class Odd:
    pass
circle = {}
circle["circle"] = circle
outbox.job(status="running", config={"model": Odd(), "deciding_score": "reward"})
outbox.predictions(row(step) for step in range(1))
outbox.predictions([row(1, odd=Odd(), deep={"odd": Odd(), "even": 2}, scores={"odd": Odd(), "text": "x"}), 7, circle, row(2, scores=5)])
outbox.predictions(7)
outbox.metrics([{"step": 1, "train_loss": Scalar(0.5), "odd": Odd()}])
outbox.metrics([])
outbox.job(status="completed")
sys.exit(outbox.close())`,
      environment(),
    );
    assert.equal(ended.code, 0, ended.stderr);
    const rows = await readPredictions(server, 'run');
    assert.deepEqual(
      rows.map(({ prediction }) => prediction),
      ['0', '1', '2'],
    );
    assert.deepEqual([rows[1]?.['deep'], rows[1]?.['odd']], [{ even: 2 }, undefined]);
    assert.match(bodies('jobs')[0] ?? '', /"config": \{"deciding_score": "reward"\}/);
    for (const warning of [
      "the job, config: 'model' is left out (JSON has no Odd)",
      "row 0: 'odd' is left out (JSON has no Odd)",
      "row 0, scores: 'text' is left out (a score is a number, a truth value or None)",
      'row 1 is left out',
      'row 2 is left out',
      "row 3: 'scores' is left out",
      'predictions failed; the training goes on',
    ]) {
      assert.ok(ended.stderr.includes(warning), `${warning}: ${ended.stderr}`);
    }
    assert.deepEqual(readdirSync(path.join(home, 'outbox/local/run')), []);
  });

  it('puts aside the rows that the server refuses, and only those, in their order', async () => {
    health = [];
    const faulty = [3, 77, 78];
    const ended = await withOutbox(
      `
rows = [{"epoch": step, "step": step, "sample_index": 0, "prompt": "p", "prediction": str(step)} for step in range(120)]
for step in ${JSON.stringify(faulty)}:
    rows[step]["step"] = "none"
outbox.job(status="running")
outbox.predictions(rows)
outbox.job(status="completed")
sys.exit(outbox.close())`,
      { ...environment(), FINETUNE_LAB_API_URL: front.url },
    );
    assert.equal(ended.code, 0, ended.stderr);
    const stored = (await readPredictions(server, 'run', '?limit=1000&order=asc')).slice(3);
    assert.deepEqual(
      stored.map(({ prediction }) => Number(prediction)),
      Array.from({ length: 120 }, (_, step) => step).filter((step) => !faulty.includes(step)),
    );
    const folder = path.join(home, 'outbox/local/run');
    const aside = readdirSync(folder)
      .sort()
      .map((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as { content: Fields[] });
    assert.deepEqual(
      aside.map(({ content }) => content.map(({ prediction }) => Number(prediction))),
      faulty.map((step) => [step]),
    );
    assert.equal(paths().at(-1), 'jobs');
  });

  it('leaves out what is too deep and a score whose name no server takes, and sends the rest of the row', async () => {
    health = [];
    const ended = await withOutbox(
      `
def nested(levels):
    value = 0
    for _ in range(levels):
        value = {"in": value}
    return value
outbox.job(status="running", config=nested(3000))
row = {"epoch": 0, "step": 0, "sample_index": 0, "prompt": "p"}
outbox.predictions([
    {**row, "prediction": "deep", "low": nested(90), "high": nested(200), "list": [[nested(95)]]},
    {**row, "prediction": "named", "scores": {"x" * 101: 1, "y" * 100: 2, "": 3}},
])
outbox.job(status="completed")
sys.exit(outbox.close())`,
      environment(),
    );
    assert.equal(ended.code, 0, ended.stderr);
    const rows = await readPredictions(server, 'run', '?limit=1000&order=asc');
    const [deep, named] = rows.slice(-2);
    assert.deepEqual([deep?.['prediction'], deep?.['high'], deep?.['list']], ['deep', undefined, undefined]);
    assert.equal(JSON.stringify(deep?.['low']).match(/in/g)?.length, 90);
    assert.equal(named?.['prediction'], 'named');
    assert.deepEqual(readdirSync(path.join(home, 'outbox/local/run')), []);
    assert.match(ended.stderr, /the job: 'config' is left out \(more than 95 levels deep\)/);
    assert.match(ended.stderr, /row 0: 'high' is left out/);
    assert.match(ended.stderr, /row 1, scores: 'x+' is left out \(a score's name has 1 to 100 characters\)/);
  });

  it('does not send rows one by one of a job that the server refuses', async () => {
    health = [];
    const ended = await withOutbox(
      `
outbox._ended = True
other = PredictionOutbox("..", retry_seconds=(0.02, 0.1), ends_job=False)
other.predictions([{"epoch": 0, "step": n, "sample_index": 0, "prompt": "p", "prediction": "a"} for n in range(100)])
sys.exit(other.close())`,
      environment(),
    );
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(paths(), ['jobs']);
    assert.match(ended.stderr, /was refused .*cannot stand in an address/);
  });

  it('without the outbox says in its traceback which field of which row the server refuses', async () => {
    health = [];
    const ended = await python(`
token = save_job("refused", status="running")
row = {"epoch": 0, "step": 0, "sample_index": 0, "prompt": "p", "prediction": "a"}
log_predictions("refused", token, [row, {**row, "step": "x"}])`);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /HTTPError: HTTP Error 400: Bad Request/);
    const { stdout } = await runProgram('python3', ['-c', 'print(hasattr(Exception, "add_note"))'], { env: {} });
    if (stdout.trim() === 'True') assert.match(ended.stderr, /predictions\[1\]\.step: expected integer/);
  });

  it('numbers the starts of a run upwards, whatever the clock says', async () => {
    const ended = await withOutbox(
      `
outbox._ended = True
times = [100, 100, 50, 200]
first = [outbox.next_start() for time.time in [lambda at=at: at for at in times]]
again = PredictionOutbox("run", ends_job=False).next_start()
print(first, again)`,
      environment(),
    );
    assert.equal(ended.stdout.trim(), '[100, 101, 102, 200] 201', ended.stderr);
  });

  it('is not told that a job had ended which it says that it goes on with', async () => {
    health = [{ status: 200, text: '{"edition": 2}' }];
    const run = (lines: string) =>
      withOutbox(`other = PredictionOutbox("goes-on", ends_job=False)\noutbox._ended = True\n${lines}`, environment());
    const end = `
other.predictions([{"epoch": 0, "step": 9, "sample_index": 0, "prompt": "p", "prediction": "a"}])
other.job(status="failed")
sys.exit(other.close())`;
    const start = 'other.job(status="running")';
    for (const [lines, told] of [
      [start, false],
      [start, true],
      [`other.next_start()\n${start}`, false],
    ] as const) {
      const ended = await run(lines + end);
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(ended.stderr.includes('This job had ended (failed)'), told, ended.stderr);
    }
  });
});
