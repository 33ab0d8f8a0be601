import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Recorder, record } from '../support/recorder.ts';
import { senders, withOutbox } from '../support/scripts.ts';

/** Made for these tests alone, for `localhost` and 127.0.0.1; valid until 2126. */
const certificate = path.join(import.meta.dirname, '../support/tls/certificate.pem');
const tls = { cert: readFileSync(certificate), key: readFileSync(path.join(path.dirname(certificate), 'key.pem')) };

const redirects = [301, 302, 303, 307, 308];
const success = JSON.stringify({ success: true, count: 1, job_token: 'token' });

describe('a script that gets another answer than the server’s', function () {
  this.timeout(120_000);
  let home: string;
  let elsewhere: Recorder;
  const recorders: Recorder[] = [];

  async function serve(...call: Parameters<typeof record>): Promise<Recorder> {
    const recorder = await record(...call);
    recorders.push(recorder);
    return recorder;
  }

  beforeEach(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'answers-'));
    elsewhere = await serve((_, answer) => answer.end(success));
  });

  afterEach(async () => {
    await Promise.all(recorders.splice(0).map(({ close }) => close()));
    rmSync(home, { recursive: true, force: true });
  });

  const environment = (url: string) => ({
    TRAINING_PREDICTIONS_HOME: home,
    FINETUNE_LAB_API_URL: url,
    FINETUNE_LAB_API_KEY: 'wak_of_a_tunnel',
    SSL_CERT_FILE: certificate,
    CURL_CA_BUNDLE: certificate,
  });

  /** The messages of the job `run`, wherever they wait. */
  function waiting(): string[] {
    const files = readdirSync(path.join(home, 'outbox'), { recursive: true, encoding: 'utf8' });
    return files.filter((file) => /\/run\/./.test(file)).map((file) => path.extname(file));
  }

  for (const scheme of ['http', 'https']) {
    for (const status of redirects) {
      it(`follows no ${status} of ${scheme}, and the outbox keeps what it had to tell`, async () => {
        const redirecting = await serve(
          (incoming, answer) =>
            answer.writeHead(status, { Location: `http://127.0.0.1:${elsewhere.port}${incoming.url}` }).end(),
          scheme === 'https' ? { tls } : {},
        );
        const env = environment(`${scheme}://127.0.0.1:${redirecting.port}`);
        for (const [name, send] of Object.entries(senders)) {
          const ended = await send(env);
          assert.notEqual(ended.code, 0, name);
          assert.match(ended.stderr, new RegExp(`${status}`), name);
          if (name.endsWith('.py')) assert.match(ended.stderr, /redirects to 127\.0\.0\.1, which is not followed/);
        }
        assert.deepEqual(elsewhere.seen, []);
        assert.deepEqual(waiting(), ['.json', '.json', '.json']);
      });
    }
  }

  const pages = {
    'a sign-in page': '<html><body>Sign in to this network</body></html>',
    'an empty object': '{}',
    'a list': '[]',
    'nothing at all': '',
    'a refusal': '{"success":false,"count":1}',
  };
  for (const [what, page] of Object.entries(pages)) {
    it(`takes ${what} with 200 for no success, and the outbox keeps what it had to tell`, async () => {
      const portal = await serve((_, answer) => answer.end(page));
      for (const [name, send] of Object.entries(senders)) {
        assert.notEqual((await send(environment(`http://127.0.0.1:${portal.port}`))).code, 0, name);
      }
      assert.deepEqual(waiting(), ['.json', '.json', '.json']);
    });
  }

  it('takes a batch for stored only when all its rows are counted', async () => {
    let count = 1;
    const server = await serve((_, answer) => answer.end(JSON.stringify({ success: true, job_token: 't', count })));
    const env = environment(`http://127.0.0.1:${server.port}`);
    const twoRows = `
outbox.predictions([{"epoch": 1}, {"epoch": 2}])
sys.exit(outbox.close(1))
`;
    assert.equal((await withOutbox(`outbox._ended = True${twoRows}`, env)).code, 1);
    count = 2;
    const sent = await withOutbox('outbox._ended = True\nsys.exit(outbox.close(10))', env);
    assert.equal(sent.code, 0, sent.stderr);
    assert.deepEqual(waiting(), []);
  });

  it('goes on although a server asks it to come again in a thousand years', async () => {
    const busy = await serve((_, answer) => answer.writeHead(429, { 'Retry-After': '31536000000000' }).end());
    const ended = await withOutbox(
      'answer(0)\ntime.sleep(1)\nprint(outbox._thread.is_alive())\noutbox._ended = True\noutbox.close(0)',
      environment(`http://127.0.0.1:${busy.port}`),
    );
    assert.equal(ended.stdout.trim(), 'True', ended.stderr);
    assert.ok(busy.seen.length > 0);
  });

  it('sends nothing over plain http but within this machine, and nothing within it through a proxy', async () => {
    // An address that leads here too, though it is none of loopback's.
    const env = environment(`http://0.0.0.0:${elsewhere.port}`);
    for (const [name, send] of Object.entries(senders)) {
      const ended = await send(env);
      assert.notEqual(ended.code, 0, name);
      assert.match(ended.stderr, /othing was sent to http:\/\/0\.0\.0\.0:\d+.*use https,? or ssh -L/, name);
    }
    const near = await serve((_, answer) => answer.end(success));
    const proxied = {
      ...environment(`http://localhost:${near.port}`),
      http_proxy: `http://127.0.0.1:${elsewhere.port}`,
      all_proxy: `http://127.0.0.1:${elsewhere.port}`,
    };
    for (const [name, send] of Object.entries(senders)) {
      const ended = await send({ ...proxied, TRAINING_PREDICTIONS_HOME: path.join(home, 'proxied') });
      assert.equal(ended.code, 0, `${name}: ${ended.stderr}`);
    }
    assert.deepEqual(elsewhere.seen, []);
  });
});
