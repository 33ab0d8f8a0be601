/** Requests as no client should send them, and some as they should be: the same ones for the same seed. */
import type { Random } from '../support/random.ts';
import { jsonTexts, mutated, numberTexts, pick, randomBytes, texts } from './values.ts';

/** What the requests are about. */
export interface Target {
  readonly apiKey: string;
  /** Two jobs that are there. */
  readonly jobs: readonly { readonly id: string; readonly token: string }[];
}

export interface FuzzCase {
  readonly method: string;
  /** As the document has it; undefined for an address that is none of a route. */
  readonly route: string | undefined;
  readonly bytes: Buffer;
  /** True when the bytes are one whole HTTP request: it has to be answered. */
  readonly whole: boolean;
  /** True when the bytes may be several requests, the first of which may be in order. */
  readonly several: boolean;
}

/** Lists of messages, and what is nearly one. */
const chats = [
  '[{"role":"user","content":"2+2?"}]',
  '[{"role":"assistant","content":null,"tool_calls":[{"function":{"name":"add","arguments":{"a":2}}}]}]',
  '[{"role":"user","content":[{"type":"image"},{"type":"text","text":"?"}]},{"role":"user"}]',
  '[{"role":7}]',
  '[[]]',
  '[]',
];

const routes: readonly [method: string, route: string][] = [
  ['POST', '/api/training/local/jobs'],
  ['GET', '/api/training/local/jobs'],
  ['DELETE', '/api/training/local/jobs/{jobId}'],
  ['POST', '/api/training/local/jobs/{jobId}/import'],
  ['GET', '/api/training/jobs'],
  ['POST', '/api/training/local/predictions'],
  ['POST', '/api/training/local/predictions'],
  ['POST', '/api/training/local/predictions'],
  ['POST', '/api/training/local/metrics'],
  ['GET', '/api/training/local/{jobId}/metrics'],
  ['GET', '/api/training/predictions/{jobId}'],
  ['GET', '/api/training/predictions/{jobId}'],
  ['GET', '/api/training/predictions/{jobId}/epochs'],
  ['GET', '/api/training/predictions/{jobId}/trends'],
  ['GET', '/api/training/predictions/{jobId}/stream'],
  ['GET', '/health'],
  ['GET', '/metrics'],
  ['GET', '/openapi.json'],
];
const methods = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PURGE',
  'get',
  'X Y',
  '',
];
const queryNames = ['epoch', 'limit', 'offset', 'after', 'order', 'status', 'epoch[]', '__proto__', 'key', ''];

export function fuzzCase(random: Random, target: Target): FuzzCase {
  const [usualMethod, route] = pick(random, routes);
  const usual = random.chance(0.85);
  const method = usual ? usualMethod : pick(random, methods);
  const job = pick(random, target.jobs);
  const jobId = random.chance(0.6) ? job.id : pick(random, texts);
  const path = address(random, route, jobId);
  const body = usualMethod === 'GET' && random.chance(0.9) ? undefined : bodyOf(random, route, jobId);
  const headers = headersOf(random, target, route, job.token);
  const framing = framed(random, body);
  const head = Buffer.from(
    [`${method} ${path.text} ${path.whole ? 'HTTP/1.1' : pick(random, versions)}`, ...headers.lines, ...framing.lines]
      .join('\r\n')
      .concat('\r\n\r\n'),
    'latin1',
  );
  const bytes = Buffer.concat([head, framing.body]);
  const whole = usual && path.whole && headers.whole && framing.whole;
  const documented = whole ? route : undefined;
  const several = framing.several || !headers.whole;
  if (random.chance(0.03)) {
    return { method, route: undefined, bytes: mutated(random, bytes), whole: false, several: true };
  }
  return { method, route: documented, bytes, whole, several };
}

const versions = ['HTTP/1.0', 'HTTP/1.1', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', ''];

function address(random: Random, route: string, jobId: string): { text: string; whole: boolean } {
  const path = route.replace('{jobId}', () => escaped(random, jobId));
  const query = random.chance(0.4)
    ? `?${Array.from({ length: random.between(1, 4) }, () => parameter(random)).join('&')}`
    : '';
  if (random.chance(0.93)) return { text: path + query, whole: path === route.replace('{jobId}', safe(jobId)) };
  const odd = pick(random, [
    path.toUpperCase(),
    `/${path}`,
    `${path}/`,
    path.replace('/', '/./'),
    `http://localhost${path}`,
    `${path}#a`,
    path.slice(0, random.between(0, path.length)),
    `${path}${'/x'.repeat(random.between(1, 3000))}`,
    mutated(random, Buffer.from(path)).toString('latin1'),
    '*',
  ]);
  return { text: odd + query, whole: false };
}

/** Lone surrogates have no escapes. */
function safe(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

function escaped(random: Random, text: string): string {
  if (random.chance(0.9)) return safe(text);
  return pick(random, [Buffer.from(text).toString('latin1'), `${safe(text)}%`, '%ED%A0%80', '%zz', '%2e%2e', '%252F']);
}

function parameter(random: Random): string {
  const value = random.chance(0.6) ? pick(random, numberTexts) : pick(random, texts);
  return `${pick(random, queryNames)}=${random.chance(0.9) ? safe(value) : value.replace(/[^\x21-\x7e]/g, '%')}`;
}

function headersOf(random: Random, target: Target, route: string, token: string): { lines: string[]; whole: boolean } {
  const wantsToken = route.endsWith('/predictions') || route === '/api/training/local/metrics';
  const right = wantsToken ? `Authorization: Bearer ${token}` : `X-API-Key: ${target.apiKey}`;
  const lines = ['Host: localhost', random.chance(0.85) ? right : credential(random, target)];
  if (random.chance(0.5)) lines.push(pick(random, contentTypes));
  if (random.chance(0.3)) lines.push(`Last-Event-ID: ${pick(random, numberTexts)}`);
  if (random.chance(0.2)) lines.push(`Idempotency-Key: ${pick(random, ['a', 'b', 'é', 'x'.repeat(256), '', 'a b'])}`);
  if (random.chance(0.9)) return { lines, whole: true };
  lines.push(pick(random, oddHeaders));
  if (random.chance(0.2)) lines.shift();
  return { lines, whole: false };
}

function credential(random: Random, { apiKey, jobs }: Target): string {
  return pick(random, [
    'X-Nothing: 1',
    'X-API-Key: ',
    `X-API-Key: ${apiKey.slice(0, -1)}`,
    `X-API-Key: ${apiKey}\r\nX-API-Key: ${apiKey}`,
    `X-Workspace-API-Key: ${apiKey}`,
    `Authorization: Bearer ${apiKey}`,
    `Authorization: bearer  ${apiKey}`,
    `Authorization: Basic ${apiKey}`,
    `Authorization: Bearer ${jobs[0]?.token}`,
    `Authorization: Bearer ${jobs[1]?.token}`,
    'Authorization: Bearer eyJhbGciOiJub25lIn0.e30.',
    `Authorization: Bearer ${'x'.repeat(8000)}`,
  ]);
}

const contentTypes = [
  'Content-Type: application/json',
  'Content-Type: application/json; charset=utf-16',
  'Content-Type: text/plain',
  'Content-Type: application/x-ndjson',
  'Content-Type: multipart/form-data; boundary=x',
  'Content-Type: nonsense',
  'Content-Type: ',
];

const oddHeaders = [
  'Host: evil.example',
  'Expect: 100-continue',
  'Expect: nothing',
  'Upgrade: websocket\r\nConnection: Upgrade',
  'Connection: keep-alive, close',
  'Content-Encoding: gzip',
  'Transfer-Encoding: gzip',
  'Transfer-Encoding: chunked',
  'Content-Length: 5',
  'Content-Length: -1',
  'Content-Length: 99999999999',
  'X-Request-Id: \x01',
  'X-Forwarded-For: 1.2.3.4',
  'Range: bytes=0-1',
  `X-Long: ${'x'.repeat(20_000)}`,
  Array.from({ length: 2100 }, (_, index) => `X-${index}: 1`).join('\r\n'),
  'No colon',
  ': nameless',
  ' folded: header',
  'X-Bad\0: 1',
];

function framed(
  random: Random,
  body: Buffer | undefined,
): { lines: string[]; body: Buffer; whole: boolean; several: boolean } {
  if (body === undefined) return { lines: [], body: Buffer.alloc(0), whole: true, several: false };
  const chance = random.next();
  if (chance < 0.85) return { lines: [`Content-Length: ${body.length}`], body, whole: true, several: false };
  if (chance < 0.93) {
    const chunks = [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')];
    return {
      lines: ['Transfer-Encoding: chunked'],
      body: Buffer.concat(body.length > 0 ? chunks : chunks.slice(2)),
      whole: true,
      several: false,
    };
  }
  const wrong = pick(random, [`Content-Length: ${body.length + 3}`, 'Transfer-Encoding: chunked', 'X-None: 1']);
  return { lines: [wrong], body, whole: false, several: true };
}

function bodyOf(random: Random, route: string, jobId: string): Buffer {
  const text = jsonOf(random, route, jobId);
  const chance = random.next();
  if (chance < 0.9) return Buffer.from(text);
  if (chance < 0.95) return mutated(random, Buffer.from(text));
  return pick(random, [
    Buffer.alloc(0),
    randomBytes(random, 50),
    Buffer.from(`\ufeff${text}`),
    Buffer.from(text, 'utf16le'),
  ]);
}

/** A body that fits the route, but for some values. */
function jsonOf(random: Random, route: string, jobId: string): string {
  const value = (usual: string) => (random.chance(0.93) ? usual : pick(random, jsonTexts));
  const object = (fields: Record<string, string>) => {
    const kept = Object.entries(fields).filter(() => random.chance(0.97));
    if (random.chance(0.05)) kept.push([pick(random, texts), pick(random, jsonTexts)]);
    return `{${kept.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
  };
  const list = (item: () => string) => {
    const count = random.chance(0.005) ? 10_001 : random.between(random.chance(0.1) ? 0 : 1, 4);
    return count > 100
      ? `[${Array(count).fill(item()).join(',')}]`
      : `[${Array.from({ length: count }, item).join(',')}]`;
  };
  const prediction = () =>
    object({
      epoch: value(`${random.between(0, 5)}`),
      step: value(`${random.between(0, 100)}`),
      sample_index: value(`${random.between(0, 9)}`),
      prompt: value(JSON.stringify(pick(random, texts))),
      prediction: value(JSON.stringify(pick(random, texts))),
      ...(random.chance(0.5) && { ground_truth: value(JSON.stringify(pick(random, texts))) }),
      ...(random.chance(0.2) && { validation_pass: value('true'), validation_errors: pick(random, jsonTexts) }),
      ...(random.chance(0.2) && { char_error_rate: value('0.5'), latency_ms: value('12.5') }),
      ...(random.chance(0.2) && { messages: value(pick(random, chats)), answer: value(pick(random, chats)) }),
      ...(random.chance(0.1) && { job_id: value(JSON.stringify(jobId)) }),
    });
  const metric = () =>
    object({ step: value(`${random.between(0, 99)}`), train_loss: value('0.5'), epoch: value('1.5') });
  if (random.chance(0.03)) return pick(random, jsonTexts);
  if (route.endsWith('/import')) return Array.from({ length: random.between(0, 3) }, prediction).join('\n');
  if (route.endsWith('/predictions')) {
    return object({ job_id: value(JSON.stringify(jobId)), predictions: value(list(prediction)) });
  }
  if (route.endsWith('/metrics')) return object({ job_id: value(JSON.stringify(jobId)), metrics: value(list(metric)) });
  return object({
    job_id: value(JSON.stringify(jobId)),
    status: value(`"${pick(random, ['pending', 'running', 'completed', 'failed', 'odd'])}"`),
    model_name: value('"m"'),
    progress: value('12.5'),
    total_epochs: value('3'),
    config: value('{"a":[1]}'),
  });
}
