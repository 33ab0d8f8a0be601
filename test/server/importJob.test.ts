import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientRequest, request as httpRequest } from 'node:http';
import net from 'node:net';
import { eventually } from '../support/eventually.ts';
import { readSampleRun } from '../support/sampleRun.ts';
import { startServer, type TestServer } from '../support/server.ts';
import {
  createJob,
  type Fields,
  openStream,
  post,
  predictionsPath,
  readPredictions,
  request,
  sample,
} from '../support/serverClient.ts';

const importPath = (id: string) => `/api/training/local/jobs/${encodeURIComponent(id)}/import`;

describe('POST /api/training/local/jobs/{id}/import', () => {
  let server: TestServer;
  let imports = 0;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  const newId = () => {
    imports += 1;
    return `import-${imports}`;
  };

  async function send(id: string, body: string | Uint8Array<ArrayBuffer>) {
    return request(server, importPath(id), { method: 'POST', headers: { 'X-API-Key': server.apiKey }, body });
  }

  const lines = (rows: Fields[]) => rows.map((row) => JSON.stringify(row)).join('\n');
  const jobIds = async () =>
    ((await request(server, '/api/training/local/jobs?limit=100')).json['jobs'] as Fields[]).map((job) => job['id']);

  it('makes a finished job of a whole run, scored where it was not', async () => {
    const run = readSampleRun();
    const id = newId();
    const answer = await send(id, `${lines(run)}\n`);
    assert.deepEqual(
      [answer.status, answer.json],
      [200, { success: true, job_id: id, user_id: 'local', count: run.length }],
    );
    const { json } = await request(server, predictionsPath(id, '?limit=1'));
    assert.deepEqual([json['total_count'], json['epoch_count']], [1550, 31]);
    const [job] = (await request(server, '/api/training/local/jobs')).json['jobs'] as Fields[];
    assert.deepEqual([job?.['id'], job?.['status']], [id, 'completed']);
  });

  it('gives back what another server exported, with ids and times, less job and user', async () => {
    const [source, copy] = [await createJob(server), newId()];
    await post(server, source, [
      sample({ prediction: 'lone \ud800, NUL \0, "ü😀"', seed: [1, { x: null }], ground_truth: 'ü' }),
      sample({ epoch: 0, sample_index: 3, validation_pass: false, validation_errors: ['<b>'] }),
    ]);
    const exported = await readPredictions(server, source.id);
    const dated = exported.map((row, index) => ({ ...row, created_at: `2020-01-0${2 - index}T00:00:00.5+02:00` }));
    assert.equal((await send(copy, lines(dated))).status, 200);
    const without = (rows: Fields[]) => rows.map(({ job_id: _job, user_id: _user, seq: _seq, ...row }) => row);
    assert.deepEqual(without(await readPredictions(server, copy)), without(dated));
    const [job] = (await request(server, '/api/training/local/jobs')).json['jobs'] as Fields[];
    assert.deepEqual(
      [job?.['started_at'], job?.['completed_at']],
      ['2020-01-01T00:00:00.5+02:00', '2020-01-02T00:00:00.5+02:00'],
    );
  });

  it('keeps numbers digit by digit and reads lines that end in CR LF, a byte order mark and empty lines', async () => {
    const id = newId();
    const text = JSON.stringify(sample()).replace('}', ',"seed":18446744073709551615}');
    assert.equal((await send(id, `\ufeff${text}\r\n\r\n  \n${text}\r\n`)).json['count'], 2);
    assert.ok((await request(server, predictionsPath(id))).text.includes('"seed":18446744073709551615'));
  });

  for (const [what, body, error] of [
    ['a field that does not fit', lines([sample(), sample({ epoch: 'x' })]), 'Line 2: epoch: expected number'],
    ['a line that is no JSON', `${lines([sample()])}\n\n{"epoch":`, 'Line 3: '],
    ['a line that is no object', '[]', 'Line 1: expected object'],
    ['a time that is none', lines([sample({ created_at: '2020-13-45T99:00:00Z' })]), 'Line 1: created_at: expected'],
    ['a time that is text', lines([sample({ created_at: 'yesterday' })]), 'Line 1: created_at: '],
    ['an id that is no name', lines([sample({ id: 'a b' })]), 'Line 1: id: '],
    ['an id twice', lines([sample({ id: 'a' }), sample(), sample({ id: 'a' })]), 'Line 3: id: line 1 has the same one'],
    ['no line', '\n\n', 'The body is missing'],
    ['nothing', '', 'The body is missing'],
  ] as const) {
    it(`refuses ${what} by its line, and stores nothing`, async () => {
      const id = newId();
      const answer = await send(id, body);
      assert.equal(answer.status, 400);
      assert.ok(String(answer.json['error']).startsWith(error), answer.text);
      assert.ok(!(await jobIds()).includes(id));
      assert.equal((await request(server, predictionsPath(id))).status, 404);
    });
  }

  it('refuses bytes that are not UTF-8 by their line', async () => {
    const bytes = new Uint8Array([...Buffer.from(`${lines([sample()])}\n`), 0x22, 0xff, 0x22]);
    assert.match(String((await send(newId(), bytes)).json['error']), /^Line 2 is not valid UTF-8/);
  });

  it('stores nothing of many good lines before a bad one', async () => {
    const id = newId();
    const rows = Array.from({ length: 3000 }, (_, index) => sample({ sample_index: index }));
    const answer = await send(id, `${lines(rows)}\n{}`);
    assert.match(String(answer.json['error']), /^Line 3001: /);
    assert.ok(!(await jobIds()).includes(id));
    assert.equal((await send(id, lines(rows))).json['count'], 3000);
    assert.deepEqual(
      (await readPredictions(server, id, '?after=0&limit=1000')).map((row) => row['seq']),
      Array.from({ length: 1000 }, (_, index) => index + 1),
    );
  });

  it('refuses a job that is there with 409, however long the body, and leaves it', async () => {
    const job = await createJob(server);
    await post(server, job, [sample()]);
    const text = `${JSON.stringify(sample({ prompt: 'x'.repeat(100_000) }))}\n`;
    const answer = await send(job.id, text.repeat(200));
    assert.equal(answer.status, 409);
    assert.match(String(answer.json['error']), /delete it first/);
    assert.equal((await readPredictions(server, job.id)).length, 1);
  });

  it('answers the first of two imports under one id and refuses the other', async () => {
    const id = newId();
    const body = lines(Array.from({ length: 2000 }, () => sample()));
    const answers = await Promise.all([send(id, body), send(id, body)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    assert.equal((await request(server, predictionsPath(id, '?limit=1'))).json['total_count'], 2000);
  });

  it('takes more than any other request may bring, while it arrives', async () => {
    const id = newId();
    const line = Buffer.from(`${JSON.stringify(sample({ prompt: 'x'.repeat(1_000_000) }))}\n`);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === 40) return controller.close();
        sent += 1;
        controller.enqueue(line);
      },
    });
    const init = { method: 'POST', headers: { 'X-API-Key': server.apiKey }, body, duplex: 'half' };
    const answer = await request(server, importPath(id), init as RequestInit);
    assert.deepEqual([answer.status, answer.json['count']], [200, 40]);
  });

  it('refuses one line above 32 MB with 413', async () => {
    const answer = await send(newId(), JSON.stringify(sample({ prompt: 'x'.repeat(33 * 1024 * 1024) })));
    assert.equal(answer.status, 413);
    assert.match(String(answer.json['error']), /^Line 1 is larger than 32 MB/);
  });

  it('stores nothing of a body that is cut off', async () => {
    const id = newId();
    const cut = httpRequest(server.url + importPath(id), {
      method: 'POST',
      headers: { 'X-API-Key': server.apiKey, 'Content-Length': 1_000_000 },
    });
    cut.on('error', () => {});
    cut.write(`${lines(Array.from({ length: 1000 }, () => sample()))}\n`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const closed = new Promise((resolve) => cut.once('close', resolve));
    cut.destroy();
    await closed;
    await eventually('the import to be given up', async () => {
      const { json } = await send(id, lines([sample()]));
      return json['count'] === 1 || undefined;
    });
    assert.equal((await readPredictions(server, id)).length, 1);
  });

  it('needs the API key before it looks at the body', async () => {
    const answer = await request(server, importPath('a'), { method: 'POST', headers: {}, body: '{}' });
    assert.equal(answer.status, 401);
  });

  it('shows streams a job that is complete, and takes more with its token', async () => {
    const id = newId();
    await send(id, lines([sample(), sample({ sample_index: 1 })]));
    const stream = await openStream(server, id, { lastEventId: '0' });
    await stream.until(({ predictions }) => predictions.length === 2);
    const job = await createJob(server, { job_id: id });
    assert.equal((await post(server, job, [sample({ sample_index: 2 })])).status, 200);
    await stream.until(({ predictions }) => predictions.length === 3);
    assert.deepEqual(
      stream.named('prediction').map((event) => event.id),
      ['1', '2', '3'],
    );
    stream.close();
  });

  it('are four at once of one user: more are told to come again, and find room when one ends', async () => {
    const opened: ClientRequest[] = [];
    for (let count = 0; count < 4; count += 1) {
      const headers = { 'X-API-Key': server.apiKey, Expect: '100-continue' };
      const open = httpRequest(server.url + importPath(newId()), { method: 'POST', headers, agent: false });
      open.on('error', () => {});
      open.flushHeaders();
      // The server asks for the body once the import has begun.
      await once(open, 'continue');
      open.write(`${JSON.stringify(sample())}\n`);
      opened.push(open);
    }
    const refused = await eventually('an answer 429', async () => {
      const answer = await send(newId(), JSON.stringify(sample()));
      return answer.status === 429 ? answer : undefined;
    });
    assert.equal(refused.headers.get('retry-after'), '5');
    for (const open of opened) open.destroy();
    await eventually('room', async () =>
      (await send(newId(), JSON.stringify(sample()))).status === 200 ? true : undefined,
    );
  });

  it('takes a line in chunks of a byte without a hundred bytes for each', async function () {
    this.timeout(60_000);
    const before = memory();
    const headers = { 'X-API-Key': server.apiKey, 'Transfer-Encoding': 'chunked' };
    const { hostname, port } = new URL(server.url);
    const socket = net.connect(Number(port), hostname).resume();
    const head = Object.entries({ Host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`);
    socket.write(`POST ${importPath(newId())} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`);
    const piece = Buffer.from('1\r\n \r\n'.repeat(10_000));
    for (let sent = 0; sent < 100; sent += 1) if (!socket.write(piece)) await once(socket, 'drain');
    socket.write('0\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    // A list of the pieces took 700 MB; what is left over between two collections comes and goes.
    assert.ok(memory() - before < 200, `${memory() - before} MB`);
  });

  /** Most memory that the server had at any time, in MB. */
  function memory(): number {
    const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }
});
