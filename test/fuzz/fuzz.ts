/** Throws requests at a real server and holds what comes back, and what is stored, to the contract. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DocumentedAnswers, type OpenApiDocument } from '../support/openapi.ts';
import { randomOf } from '../support/random.ts';
import type { TestServer } from '../support/server.ts';
import { createJob, predictionsPath, request } from '../support/serverClient.ts';
import { type FuzzCase, fuzzCase, type Target } from './cases.ts';
import { type RawAnswer, rawRequest } from './rawRequest.ts';

export interface FuzzResult {
  readonly cases: number;
  /** Answers by status; 0 for requests that were never whole, and got none. */
  readonly statuses: Record<number, number>;
  readonly problems: readonly string[];
}

/** Time for one answer, in ms. */
const patience = 20_000;
const storedFigure = 'training_predictions_predictions_stored_total';

/**
 * @param seed each case follows from it and the case's own number
 * @param only the one case to run, of those that the seed makes
 */
export async function fuzz(server: TestServer, seed: number, cases: number, only?: number): Promise<FuzzResult> {
  const document: unknown = JSON.parse((await request(server, '/openapi.json')).text);
  const answers = new DocumentedAnswers(document as OpenApiDocument);
  const statuses: Record<number, number> = {};
  const problems: string[] = [];
  let jobs = await makeJobs(server);
  let before = await stored(server);
  for (let index = only ?? 0; index < (only === undefined ? cases : only + 1); index += 1) {
    const sent = fuzzCase(randomOf(seed * 1_000_003 + index), { apiKey: server.apiKey, jobs });
    const complain = (problem: string) =>
      problems.push(`case ${index}: ${problem}\n  ${JSON.stringify(sent.bytes.toString('latin1').slice(0, 600))}`);
    const answer = await rawRequest(server.url, sent.bytes, { ...sent, patience }).catch(String);
    if (typeof answer === 'string') {
      complain(answer);
      continue;
    }
    const status = answer?.status ?? 0;
    statuses[status] = (statuses[status] ?? 0) + 1;
    const problem = answer === undefined ? undefined : wrongAnswer(answers, sent, answer);
    if (problem !== undefined) complain(problem);
    if (sent.method === 'GET') continue;
    const after = sent.several ? await settled(server) : await stored(server);
    if (status >= 400 && !sent.several && after !== before)
      complain(`answered ${status}, and yet stored something: ${after}`);
    before = after;
    if (sent.method !== 'DELETE' || status !== 200) continue;
    jobs = await makeJobs(server);
    before = await stored(server);
  }
  problems.push(...(await finalProblems(server)));
  return { cases, statuses, problems };
}

function wrongAnswer(answers: DocumentedAnswers, sent: FuzzCase, answer: RawAnswer): string | undefined {
  const { status, headers, body } = answer;
  if (!((status >= 200 && status < 300) || (status >= 400 && status < 500)) || status === 422)
    return `answered ${status}`;
  if (sent.route === undefined || !headers.has('x-request-id')) return undefined;
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  const text = Buffer.from(body, 'latin1').toString();
  return answers.problem(sent.method, sent.route, status, type, type === 'application/json' ? JSON.parse(text) : text);
}

async function makeJobs(server: TestServer): Promise<Target['jobs']> {
  return [await createJob(server, { job_id: 'fuzz one' }), await createJob(server, { job_id: 'fuzz/two' })];
}

/** What a refused request must leave as it is. */
async function stored(server: TestServer): Promise<string> {
  const [jobs, metrics] = await Promise.all([
    request(server, '/api/training/local/jobs?limit=100'),
    request(server, '/metrics'),
  ]);
  if (jobs.status !== 200 || metrics.status !== 200)
    throw new Error(`The server answers ${jobs.status}, ${metrics.status}`);
  return `${metrics.text.split('\n').find((line) => line.startsWith(storedFigure))} ${jobs.text}`;
}

/** What is stored once the last of several requests on a connection that is gone has been worked off. */
async function settled(server: TestServer): Promise<string> {
  for (let before = await stored(server); ; ) {
    await sleep(30);
    const now = await stored(server);
    if (now === before) return now;
    before = now;
  }
}

/** The server is well, and every prediction that is there can be read. */
async function finalProblems(server: TestServer): Promise<string[]> {
  const problems: string[] = [];
  if (server.process.exitCode !== null) problems.push(`the server ended: ${server.output.stderr}`);
  const failures = server.output.stderr.split('\n').filter((line) => /"level":[56]0/.test(line));
  problems.push(...failures.map((line) => `the server logged ${line}`));
  if (!/training_predictions_errors_total 0$/m.test((await request(server, '/metrics')).text)) {
    problems.push('the server counted an error of its own');
  }
  const { json } = await request(server, '/api/training/local/jobs?limit=100');
  for (const { id } of json['jobs'] as { id: string }[]) {
    const page = await request(server, predictionsPath(id, '?limit=1000'));
    const epochs = await request(server, predictionsPath(id, '/epochs'));
    const rows = page.json['predictions'] as unknown[];
    const counts = (epochs.json['epochs'] as { prediction_count: number }[]).map((epoch) => epoch.prediction_count);
    const total = page.json['total_count'];
    if (rows.length !== Math.min(Number(total), 1000) || counts.reduce((sum, count) => sum + count, 0) !== total) {
      problems.push(`${JSON.stringify(id)} says ${total}, has ${rows.length} rows and epochs of ${counts}`);
    }
  }
  return problems;
}
